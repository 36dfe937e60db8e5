"""Sections 6.4.1 and 6.4.3: too few images for too large a network, and what weight decay and dropout do about it."""

from collections.abc import Callable
from typing import Any

import optim_viz as ov
from optim_viz.experiments.arms import Arm
from optim_viz.experiments.book.material import images, network
from optim_viz.experiments.book.record import Axes, Criterion, Experiment, Found, Line, Numbers, Panel, Question
from optim_viz.nn import Dropout, History, Settings
from optim_viz.words import Text

LAYERS, IMAGES, BATCH = 6, 300, 100
DECAY, RATIO = 0.1, 0.2
TRAIN, TEST = "training", "test"
END, HALF = 20, 0.5  # epochs at the end that are averaged; an accuracy to reach


def arms(epochs: int, cure: dict[str, Any]) -> Callable[[str, int], list[Arm]]:
    """Without and with a cure: the same images, first weights and batches."""

    def made(source: str, seed: int) -> list[Arm]:
        train, test = images(source, IMAGES, seed)
        how = Settings(epochs, BATCH, "replacement", checkpoints=2)
        return [Arm(name, network(source, LAYERS, **more), ov.SGD(lr=0.01), (train, test), how, (seed,))
                for name, more in (("without", {}), ("with", cure))]  # fmt: skip

    return made


def read(arms: list[Arm], histories: list[History]) -> Found:
    """Accuracies and gap of the last epochs, and the epoch that reaches half; a panel without the cure, one with."""
    numbers: dict[str, float] = {}
    panels = []
    for arm, history in zip(arms, histories, strict=True):
        train, test = history.train_score[0], history.validation_score[0]  # type: ignore[index]
        ends = float(train[-END:].mean()), float(test[-END:].mean())
        numbers |= {f"train_{arm.name}": ends[0], f"test_{arm.name}": ends[1], f"gap_{arm.name}": ends[0] - ends[1]}
        numbers[f"half_{arm.name}"] = float((train >= HALF).argmax() if (train >= HALF).any() else len(train))
        panels.append(Panel(arm.name, (Line(TRAIN, history.epoch, train), Line(TEST, history.epoch, test))))
    numbers["shrinks"] = numbers["gap_without"] - numbers["gap_with"]
    numbers["test"] = numbers["test_with"] - numbers["test_without"]
    numbers["slower"] = numbers["half_with"] / max(numbers["half_without"], 1)
    return numbers, tuple(panels)


def _answer(n: Numbers) -> tuple[str, Text]:
    right = "higher" if n["test"] > 0.01 else "lower" if n["test"] < -0.01 else "same"
    return right, Text("Test accuracy: {without:.1%} without, {cured:.1%} with; the gap: {wide:.1%} without, "
                       "{gap:.1%} with.", without=n["test_without"], cured=n["test_with"], wide=n["gap_without"],
                       gap=n["gap_with"])  # fmt: skip


_OPTIONS = {"higher": Text("it rises"), "same": Text("it stays within 1 %"), "lower": Text("it falls")}
_SHRINKS = Criterion("shrinks", Text("The gap between training and test accuracy shrinks."),
                     Text("gap without minus gap with, means of the last 20 epochs"), low=0.0,
                     form="+.1%")  # fmt: skip
_LOWER = Criterion("test", Text("What the book leaves out: the test accuracy falls, too."),
                   Text("test accuracy with minus without, means of the last 20 epochs"), high=-0.01,
                   form="+.1%")  # fmt: skip
_NET = Text("300 images; 64-100-100-100-100-100-100-10 with ReLU, He weights (the book: 784 inputs)")
_DATA = Text("64 inputs instead of 784, and the other 1,497 digits for the test, unless MNIST is chosen (1,000 test "
             "images); batches are drawn with replacement, as in the book.")  # fmt: skip
WEIGHT_DECAY = Experiment(
    "overfit_weight_decay", "6.4.1", Text("Weight decay"),
    Text("300 images for a network of seven layers: it learns them by heart. Weight decay pulls every weight to 0."),
    (_NET, Text("SGD lr 0.01, batches of 100, 201 epochs"), Text("weight decay: λ = 0.1 against 0")),
    (_DATA, Text("The loss gets ½ λ ‖W‖², so the gradient gets λ W: weights only, no biases, as in the book.")),
    Question(Text("Weight decay narrows the gap between training and test. What happens to the test accuracy?"),
             _OPTIONS, _answer),
    (_SHRINKS, _LOWER),
    "panels", Axes(2, "epoch", "accuracy", 1.0, share=True), arms(201, {"l2": DECAY}), read,
)  # fmt: skip
DROPOUT = Experiment(
    "overfit_dropout", "6.4.3", Text("Dropout"),
    Text("The same 300 images and network; in training one in five outputs of every hidden layer is dropped."),
    (_NET, Text("SGD lr 0.01, batches of 100, 301 epochs"), Text("dropout: ratio 0.2 after every hidden ReLU")),
    (_DATA, Text("Dropout is the book's, which is not inverted: the values that stay are as they were in training, and "
                 "all are multiplied by 0.8 after it. Libraries divide by 0.8 in training instead; with the book's "
                 "form signals and gradients are smaller in training, and learning is slower.")),
    Question(Text("Dropout against the same overfitting. What happens to the test accuracy after 301 epochs?"),
             _OPTIONS, _answer),
    (_SHRINKS,
     Criterion("slower", Text("Learning slows down."),
               Text("epochs until half of the training images are right: with ÷ without"), low=1.2),
     _LOWER),
    "panels", Axes(2, "epoch", "accuracy", 1.0, share=True),
    arms(301, {"dropout": Dropout(RATIO, "book")}), read,
)  # fmt: skip
