"""Python that trains the same networks in a notebook, to the last digit."""

import re
from itertools import pairwise

from optim_viz.ui.training import CHECKPOINTS, Result, Setup


def snippet(result: Result) -> str:
    """Python that trains the same networks in a notebook, to the last digit; each leg after a rewind by itself."""
    legs = [*result.past, (result.setup, result.trainer.steps)]
    used = ["EarlyStopping"] * any(setup.patience for setup, _ in legs) + ["Settings", "Trainer"] * bool(result.past)
    (setup, steps), per = legs[0], result.history.steps_per_epoch
    code = (
        "import optim_viz as ov\n"
        f"from optim_viz.data import {re.match('[A-Za-z_]+', result.chosen.code)[0]}\n"  # type: ignore[index]
        + (f"from optim_viz.nn import {', '.join(used)}\n" if used else "")
        + ("" if result.past else "from optim_viz.nn.training import train\n")
        + f"\ndata = {result.chosen.code}\nnet = {_code(repr(setup.net))}\n{_rules(setup)}"
    )
    if not result.past:
        more = _limits(setup)
        code += (f"*_, history = train(net, data, rules, epochs={setup.epochs}, batch_size={setup.batch!r}{more}, "
                 f"seed={setup.seed})\n")  # fmt: skip
    else:
        code += f"trainer = Trainer(net, data, rules, {_how(setup, steps // per)}, seed={setup.seed})\n"
        for (_, step), (leg, steps) in pairwise(legs):
            code += f"for _ in trainer.events():\n    pass\n\n{_rules(leg)}"
            code += f"trainer = trainer.again({step}, rules, {_how(leg, steps // per)})\n"
        code += "*_, history = trainer.events()\n"
    return code + "print(history.train_loss[:, -1], history.test.score)\n"


def _rules(setup: Setup) -> str:
    return "rules = [\n" + "".join(f"    ov.{rule!r},\n" for rule in setup.rules) + "]\n"


def _how(setup: Setup, epochs: int) -> str:
    return f"Settings({epochs}, {setup.batch!r}{_limits(setup)}, checkpoints={CHECKPOINTS})"


def _limits(setup: Setup) -> str:
    stop = f", stop=EarlyStopping({setup.patience})" if setup.patience else ""
    return (f", clip={setup.clip!r}" if setup.clip else "") + stop


def _code(text: str) -> str:
    return "ov.nn." + re.sub(r"\b(CrossEntropy|Conv2d|MaxPool)\(", r"ov.nn.\1(", text)
