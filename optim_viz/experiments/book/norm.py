"""Section 6.3.2: sixteen spreads of the weights, with and without batch normalization."""

import numpy as np

import optim_viz as ov
from optim_viz.experiments.arms import Arm
from optim_viz.experiments.book.material import CLASSES, PIXELS, UNITS, images
from optim_viz.experiments.book.record import Axes, Criterion, Experiment, Found, Line, Numbers, Panel, Question
from optim_viz.nn import BatchNorm, History, Network, Settings
from optim_viz.words import Text

SCALES = tuple(float(w) for w in np.logspace(0, -4, 16))
LAYERS, IMAGES, BATCH, EPOCHS, LEARNED = 5, 1000, 100, 20, 0.5
NORM = BatchNorm(momentum=0.1, eps=1e-6)  # the book's momentum 0.9 is the share of the old averages
WITH, WITHOUT = "batch normalization", "without"
NEAR = {"0.29": 2, "0.16": 3}  # the scales at which the book's plain network learns


def network(source: str, scale: float, norm: bool) -> Network:
    """Five hidden layers; the normalization stands before each ReLU."""
    layers = [item for _ in range(LAYERS) for item in ((UNITS, NORM) if norm else (UNITS,))]
    return Network([PIXELS[source], *layers, CLASSES], init=scale)


def arms(source: str, seed: int) -> list[Arm]:
    """With and without at each scale, from the same first weights and on the same batches."""
    train, _ = images(source, IMAGES, seed)
    how = Settings(EPOCHS, BATCH, "replacement", checkpoints=2)
    return [Arm(WITH if norm else WITHOUT, network(source, scale, norm), ov.SGD(lr=0.01), (train,), how, (seed,))
            for scale in SCALES for norm in (True, False)]  # fmt: skip


def read(arms: list[Arm], histories: list[History]) -> Found:
    """At how many scales each learns, and by how much plain is ahead at two of them; a panel per scale."""
    last = np.array([history.train_score[0, -1] for history in histories]).reshape(len(SCALES), 2)
    numbers = {"with": float((last[:, 0] >= LEARNED).sum()), "plain": float((last[:, 1] >= LEARNED).sum())}
    numbers |= {f"ahead_{name}": float(last[k, 1] - last[k, 0]) for name, k in NEAR.items()}
    numbers |= {f"plain_{name}": float(last[k, 1]) for name, k in NEAR.items()}
    lines = [Line(arm.name, history.epoch[: history.end[0] + 1], history.train_score[0, : history.end[0] + 1])
             for arm, history in zip(arms, histories, strict=True)]  # fmt: skip
    gone = [history.outcomes[0].kind == "diverged" for history in histories[1::2]]
    numbers["gone"] = float(sum(gone))
    pairs = zip(SCALES, lines[::2], lines[1::2], gone, strict=True)
    return numbers, tuple(Panel(f"{scale:.2g}", (norm, plain), (WITHOUT, "gone") if lost else None)
                          for scale, norm, plain, lost in pairs)  # fmt: skip


def _answer(n: Numbers) -> tuple[str, Text]:
    count = n["plain"]
    right = "few" if count <= 4 else "some" if count <= 10 else "most"
    return right, Text("At {plain:.0f} of 16 without batch normalization, at {norm:.0f} of 16 with it. Without it, "
                       "{gone:.0f} of 16 diverged.", plain=count, norm=n["with"], gone=n["gone"])  # fmt: skip


def _ahead(scale: str) -> Criterion:
    return Criterion(f"ahead_{scale}", Text("At scale {scale} the plain network is better.", scale=scale),
                     Text("training accuracy after 20 epochs, plain minus normalized"), low=0.001,
                     form="+.1%")  # fmt: skip


EXPERIMENT = Experiment(
    "batch_norm_test", "6.3.2", Text("Batch norm"),
    Text("The same network from sixteen spreads of weights, with batch normalization before each ReLU and without."),
    (Text("1,000 images; 64-100-100-100-100-100-10 with ReLU (the book: 784 inputs)"),
     Text("16 weight scales, evenly on a log axis from 1 to 0.0001; above each panel its own"),
     Text("SGD lr 0.01, batches of 100, 20 epochs"),
     Text("batch normalization before each ReLU: momentum 0.9, ε 1e-6")),
    (Text("64 inputs instead of 784 unless MNIST is chosen; batches are drawn with replacement, as in the book."),
     Text("Accuracy is measured by the running averages, which need some steps to arrive; running variances are "
          "unbiased, the book's are biased.")),
    Question(Text("At how many of the 16 scales does the network without batch normalization reach 50 % training "
                  "accuracy?"), {"few": Text("at 0 to 4"), "some": Text("at 5 to 10"), "most": Text("at 11 to 16")},
             _answer),
    (Criterion("with", Text("With batch normalization it learns at (nearly) every scale."),
               Text("scales of 16 with at least 50 % training accuracy"), low=14),
     Criterion("plain", Text("Without it, it learns at few scales only."),
               Text("scales of 16 with at least 50 % training accuracy"), low=1, high=4),
     _ahead("0.29"), _ahead("0.16")),
    "panels", Axes(4, "epoch", "training accuracy", 1.0, share=True), arms, read,
)  # fmt: skip
