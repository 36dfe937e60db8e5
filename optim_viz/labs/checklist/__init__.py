"""A checklist for a training that went wrong: looks at the run and its data, names causes, and tries the cures."""

from optim_viz.labs.checklist.data_checks import imbalance, missing, scale
from optim_viz.labs.checklist.examples import EXAMPLES, Example
from optim_viz.labs.checklist.record import Case, Finding, Fix
from optim_viz.labs.checklist.run_checks import few, init, large, loss, rate

CHECKS = {"missing": missing, "imbalance": imbalance, "scale": scale, "loss": loss, "init": init, "rate": rate,
          "few": few, "large": large}  # fmt: skip
"""What is looked at, in this order: first the data, then what training was asked for, then what came out."""


def look(case: Case) -> dict[str, Finding]:
    """Every check on one case."""
    return {name: check(case) for name, check in CHECKS.items()}


__all__ = ["CHECKS", "EXAMPLES", "Case", "Example", "Finding", "Fix", "look"]
