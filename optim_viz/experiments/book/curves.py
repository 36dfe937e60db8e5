"""Sections 6.1.8 and 6.2.4: the training loss of one network under four optimizers, and from three kinds of weights."""

import optim_viz as ov
from optim_viz.experiments.arms import Arm
from optim_viz.experiments.book.material import images, network
from optim_viz.experiments.book.record import Axes, Criterion, Experiment, Found, Line, Numbers, Panel, Question
from optim_viz.nn import History, Settings
from optim_viz.words import Text

ITERATIONS, BATCH = 2000, 128
IMAGES = {"digits": 1280, "mnist": 6400}  # so many that 2000 iterations are whole epochs
RULES = (ov.SGD(lr=0.01), ov.Momentum(lr=0.01, momentum=0.9), ov.AdaGrad(lr=0.01, eps=1e-7),
         ov.Adam(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-7))  # fmt: skip
STARTS = {"0.01": 0.01, "Xavier": "lecun", "He": "he"}
_MEAN = Text("mean training loss over the run: {one} ÷ {other}")
_DIFFERS = (
    Text("64 inputs and 1,280 images instead of 784 and 60,000 (with MNIST 784 and 6,400); a seed draws the images, "
         "the first weights and the batches."),
    Text("The book smooths the loss of each batch; here it is the loss on all training images (at most 2,000), every "
         "10 iterations (with MNIST every 50)."),
)  # fmt: skip


def _how(source: str) -> Settings:
    return Settings(ITERATIONS * BATCH // IMAGES[source], BATCH, "replacement", checkpoints=2)


def by_optimizer(source: str, seed: int) -> list[Arm]:
    """The same first weights and batches for four optimizers."""
    train, _ = images(source, IMAGES[source], seed)
    return [Arm(rule.name, network(source, 4), rule, (train,), _how(source), (seed,)) for rule in RULES]


def by_start(source: str, seed: int) -> list[Arm]:
    """SGD from weights of three spreads."""
    train, _ = images(source, IMAGES[source], seed)
    return [Arm(name, network(source, 4, init=init), ov.SGD(lr=0.01), (train,), _how(source), (seed,))
            for name, init in STARTS.items()]  # fmt: skip


def read(arms: list[Arm], histories: list[History]) -> Found:
    """Last and mean loss of each arm; one panel with a curve per arm."""
    numbers: dict[str, float] = {}
    for arm, history in zip(arms, histories, strict=True):
        numbers[f"last_{arm.name}"] = float(history.train_loss[0, -1])
        numbers[f"mean_{arm.name}"] = float(history.train_loss[0].mean())
    for one, other in (("SGD", "Momentum"), ("Momentum", "AdaGrad"), ("Momentum", "Adam"), ("Adam", "AdaGrad"),
                       ("Xavier", "He")):  # fmt: skip
        if f"mean_{one}" in numbers and f"mean_{other}" in numbers:
            numbers[f"{one}/{other}"] = numbers[f"mean_{one}"] / numbers[f"mean_{other}"]
    if "Adam/AdaGrad" in numbers:
        numbers["near"] = numbers["Momentum/Adam"] / numbers["Adam/AdaGrad"]
    lines = [Line(arm.name, history.step, history.train_loss[0]) for arm, history in zip(arms, histories, strict=True)]
    return numbers, (Panel("", tuple(lines)),)


def _fastest(n: Numbers) -> tuple[str, Text]:
    order = sorted((rule.name for rule in RULES), key=lambda name: n[f"mean_{name}"])
    told = ", ".join(f"{name} {n[f'mean_{name}']:.3g}" for name in order)
    return order[0], Text("Mean training loss over the 2,000 iterations: {told}. One seed and one set of rates prove "
                          "nothing about other data.", told=told)  # fmt: skip


def _stuck(n: Numbers) -> tuple[str, Text]:
    last = {name: n[f"last_{name}"] for name in STARTS}
    told = ", ".join(f"{name}: {value:.3g}" for name, value in last.items())
    right = "guess" if last["0.01"] > 2.2 else "slow" if last["0.01"] > last["Xavier"] else "alike"
    return right, Text("Loss after 2,000 iterations: {told}; guessing one of ten has ln 10 = 2.303.", told=told)


OPTIMIZERS = Experiment(
    "optimizer_compare_mnist", "6.1.8", Text("Optimizers"),
    Text("The same network, the same first weights, the same batches: only the optimizer differs."),
    (Text("64-100-100-100-100-10 with ReLU, He weights (the book: 784 inputs)"),
     Text("2,000 iterations, batches of 128 drawn with replacement"),
     "SGD lr 0.01 · Momentum lr 0.01, α 0.9 · AdaGrad lr 0.01 · Adam lr 0.001"),
    _DIFFERS,
    Question(Text("Which one is fastest: whose training loss is lowest, on average over the run?"),
             {rule.name: rule.name for rule in RULES}, _fastest),
    (Criterion("SGD/Momentum", Text("SGD is the slowest by far."),
               Text(_MEAN.template, one="SGD", other="Momentum"), low=2),
     Criterion("Momentum/AdaGrad", Text("Momentum is slower than AdaGrad."),
               Text(_MEAN.template, one="Momentum", other="AdaGrad"), low=1),
     Criterion("Momentum/Adam", Text("Momentum is slower than Adam."),
               Text(_MEAN.template, one="Momentum", other="Adam"), low=1),
     Criterion("near", Text("AdaGrad and Adam are about equal: Adam is closer to AdaGrad than to Momentum."),
               Text("mean training loss over the run: (Momentum ÷ Adam) ÷ (Adam ÷ AdaGrad)"), low=1)),
    "panels", Axes(1, "iterations", "training loss", 1.0), by_optimizer, read,
)  # fmt: skip
STARTING = Experiment(
    "weight_init_compare", "6.2.4", Text("First weights"),
    Text("The same network and SGD, from weights of three spreads."),
    (Text("64-100-100-100-100-10 with ReLU (the book: 784 inputs)"),
     Text("std 0.01; Xavier √(1/n); He √(2/n)"),
     Text("SGD lr 0.01, 2,000 iterations, batches of 128 with replacement")),
    _DIFFERS,
    Question(Text("How far does the network come from weights of std 0.01, in 2,000 iterations?"),
             {"guess": Text("no better than guessing"), "slow": Text("better than guessing, behind Xavier"),
              "alike": Text("as far as Xavier")}, _stuck),
    (Criterion("last_0.01", Text("From std 0.01 nothing is ever learned."),
               Text("training loss at the end (guessing: 2.303)"), low=2.2, form=".4g"),
     Criterion("Xavier/He", Text("With ReLU, He learns faster than Xavier."),
               Text(_MEAN.template, one="Xavier", other="He"), low=1)),
    "panels", Axes(1, "iterations", "training loss", 2.5), by_start, read,
)  # fmt: skip
