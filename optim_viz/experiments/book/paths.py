"""Section 6.1.7: four optimizers on x²/20 + y²."""

from optim_viz.experiments.book.record import Criterion, Experiment, Found, Numbers, Question
from optim_viz.presets import PRESETS
from optim_viz.trace import trace
from optim_viz.words import Text

BOOK = PRESETS["book"]
NAMES = tuple(rule.name for rule in BOOK.optimizers)


def measure(source: str, seed: int) -> Found:
    """The four paths; for each its last f and how often y changes sign, and two numbers of their shapes."""
    paths = trace(list(BOOK.optimizers), BOOK.ground, BOOK.start, BOOK.steps)
    numbers: dict[str, float] = {}
    for path in paths:
        y = path.x[:, 1]
        numbers[f"f_{path.optimizer.name}"] = float(path.value[-1])
        numbers[f"flips_{path.optimizer.name}"] = float((y[1:] * y[:-1] < 0).sum())
        numbers[f"right_{path.optimizer.name}"] = float(path.x[:, 0].max())
        numbers[f"low_{path.optimizer.name}"] = float(y.min())
    numbers["next"] = min(numbers["f_Momentum"], numbers["f_Adam"]) / numbers["f_SGD"]
    return numbers, paths


def _answer(n: Numbers) -> tuple[str, Text]:
    order = sorted(NAMES, key=lambda name: n[f"f_{name}"])
    told = ", ".join(f"{name} {n[f'f_{name}']:.3g}" for name in order)
    return order[0], Text("Last f, lowest first: {told}. The zig-zag is not pretty, and yet it is ahead of "
                          "Momentum and Adam.", told=told)  # fmt: skip


EXPERIMENT = Experiment(
    "optimizer_compare_naive", "6.1.7", Text("Paths"),
    Text("Four optimizers walk on f = x²/20 + y², a valley twenty times as flat in x as in y."),
    (Text("f = x²/20 + y², start (−7, 2), 30 points: the start and 29 updates, both axes −10 to 10"),
     "SGD: lr 0.95", "Momentum: lr 0.1, α 0.9", Text("AdaGrad: lr 1.5, ε 1e-7 outside the root"),
     "Adam: lr 0.3, β₁ 0.9, β₂ 0.999, ε 1e-7"),
    (Text("Nothing: these are the book's own numbers."),),
    Question(Text("After 29 updates, whose f is lowest?"), {name: name for name in NAMES}, _answer),
    (Criterion("flips_SGD", Text("SGD zig-zags."), Text("updates of 29 that change the sign of y"), low=25),
     Criterion("flips_Momentum", Text("Momentum rolls: like a ball, it swings through the valley a few times."),
               Text("updates of 29 that change the sign of y"), low=2, high=10),
     Criterion("flips_AdaGrad", Text("AdaGrad is damped: it heads for the minimum and hardly swings."),
               Text("updates of 29 that change the sign of y"), high=2),
     Criterion("low_Adam", Text("Adam goes in an arc: it passes the valley floor once and comes back."),
               Text("lowest y on the path"), low=-2, high=-0.3),
     Criterion("next", Text("By the last f the zig-zag beats Momentum and Adam."),
               Text("last f: the lower of these two ÷ SGD"), low=1)),
    "paths", measure=measure, sources=(), drawn=False,
)  # fmt: skip
