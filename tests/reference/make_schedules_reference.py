"""Record what torch.optim.lr_scheduler does; run with a Python that has torch and numpy.

    python tests/reference/make_schedules_reference.py

Writes schedules.json beside this file: for each schedule and length of run the rate of every update (float64, base
rate LR), and for the one that listens to the loss the losses it heard. 1/t is torch's LambdaLR.
"""

import json
import platform
import sys
import warnings
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from optim_viz import schedules as s  # noqa: E402

LR, LENGTHS = 0.3, (50, 7, 1)
SCHEDULES = [
    s.ConstantRate(),
    s.StepDecay(), s.StepDecay(every=3, gamma=0.1),
    s.ExponentialDecay(), s.ExponentialDecay(gamma=0.5),
    s.InverseTimeDecay(), s.InverseTimeDecay(decay=1.0),
    s.PolynomialDecay(), s.PolynomialDecay(power=2.5),
    s.CosineDecay(), s.CosineDecay(floor=0.2),
    s.WarmRestarts(first=10, multiply=2), s.WarmRestarts(first=7, multiply=1, floor=0.1),
    s.WarmRestarts(first=1, multiply=3),
    s.OneCycle(), s.OneCycle(rise=0.5, divide=4.0, divide_end=10.0), s.OneCycle(rise=0.0), s.OneCycle(rise=1.0),
    s.WarmUp(), s.WarmUp(length=4, start=0.5, then=s.CosineDecay(floor=0.01)),
    s.WarmUp(length=3, start=0.01, then=s.StepDecay(every=5)), s.WarmUp(length=5, then=s.PolynomialDecay(power=2.0)),
    s.WarmUp(length=5, start=0.2, then=s.ExponentialDecay(gamma=0.9)),
    s.WarmUp(length=5, start=0.2, then=s.InverseTimeDecay()),
    s.ReduceOnPlateau(), s.ReduceOnPlateau(patience=0, gamma=0.3, floor=0.05),
    s.ReduceOnPlateau(patience=2, cooldown=3, threshold=0.1),
]  # fmt: skip


def rates(schedule: s.Schedule, steps: int, losses: list[float]) -> list[float]:
    """The rate of each update; a schedule that listens is told a loss before each."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=LR)
    scheduler = eval(schedule.torch_code(lr=LR, steps=steps), {"torch": torch, "optimizer": optimizer})  # noqa: S307
    found = []
    for loss in losses[:steps]:
        if schedule.listens:
            scheduler.step(loss)
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if not schedule.listens and len(found) < steps:
            scheduler.step()
    return found


def main() -> None:
    rng = np.random.default_rng(20261121)
    falling = 5 * 0.9 ** np.arange(50) * (1 + 0.3 * rng.standard_normal(50))
    losses = [float(f"{loss:.3g}") for loss in falling - 0.05]  # some below zero
    warnings.filterwarnings("ignore", message=".*epoch parameter.*")  # torch's own, within SequentialLR
    runs = []
    for schedule in SCHEDULES:
        for steps in LENGTHS:
            try:
                runs.append({"schedule": repr(schedule), "steps": steps, "rates": rates(schedule, steps, losses)})
            except ZeroDivisionError:
                print(f"torch divides by 0: {schedule!r}, {steps} steps")
    head = {
        "made_by": {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()},
        "lr": LR,
        "losses": losses,
    }
    lines = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in head.items()]
    lines.append('  "runs": [\n' + ",\n".join(json.dumps(run) for run in runs) + "\n  ]")
    Path(__file__).with_name("schedules.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
