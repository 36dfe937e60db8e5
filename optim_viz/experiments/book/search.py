"""Section 6.5.3: a hundred random pairs of learning rate and weight decay."""

import numpy as np

import optim_viz as ov
from optim_viz.experiments.arms import Arm
from optim_viz.experiments.book.material import images, network
from optim_viz.experiments.book.record import Axes, Criterion, Experiment, Found, Line, Numbers, Panel, Question
from optim_viz.nn import History, Settings
from optim_viz.words import Text

TRIALS, BEST, IMAGES, KEPT, BATCH, EPOCHS, LAYERS = 100, 20, 500, 100, 100, 50, 6
DECAYS, RATES = (-8, -4), (-6, -2)  # powers of ten
LOW, HIGH = 1e-3, 1e-2
CHANCE = 1.96 / np.sqrt(TRIALS - 1)  # 95 % of rank correlations of unrelated numbers are smaller


def arms(source: str, seed: int) -> list[Arm]:
    """A trial each: its own pair, its own first weights and batches; the first images are kept for validation."""
    (X, y), _ = images(source, IMAGES, seed)
    data = ((X[KEPT:], y[KEPT:]), (X[:KEPT], y[:KEPT]))
    how, rng = Settings(EPOCHS, BATCH, "replacement", checkpoints=2), np.random.default_rng([seed, TRIALS])
    pairs = [(10 ** rng.uniform(*DECAYS), 10 ** rng.uniform(*RATES)) for _ in range(TRIALS)]
    return [Arm(f"{k + 1}", network(source, LAYERS, l2=decay), ov.SGD(lr=rate), data, how, (TRIALS * seed + k,))
            for k, (decay, rate) in enumerate(pairs)]  # fmt: skip


def read(arms: list[Arm], histories: list[History]) -> Found:
    """Where the best lie, and how both settings go with the accuracy; a panel for each of the best twenty."""
    last = np.array([history.validation_score[0, -1] for history in histories])  # type: ignore[index]
    rate = np.array([arm.rule.lr for arm in arms])  # type: ignore[attr-defined]
    decay = np.array([arm.net.l2 for arm in arms])
    best = np.argsort(-last, kind="stable")[:BEST]
    numbers = {"low": float(rate[best].min()), "high": float(rate[best].max()),
               "inside": float(((rate[best] >= LOW) & (rate[best] <= HIGH)).mean()),
               "rate": together(rate, last), "decay": together(decay, last),
               "best": float(last[best[0]]), "last": float(last[best[-1]])}  # fmt: skip
    numbers["either"] = abs(numbers["decay"])
    panels = [Panel(f"{rate[k]:.2g}", (Line("validation", histories[k].epoch, histories[k].validation_score[0]),  # type: ignore[index]
                                       Line("training", histories[k].epoch, histories[k].train_score[0])))
              for k in best]  # fmt: skip
    return numbers, tuple(panels)


def together(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rank correlation, -1 to 1; equal numbers share their mean rank."""
    ranks = [(v[:, None] > v).sum(axis=1) + 0.5 * (v[:, None] == v).sum(axis=1) for v in (a, b)]
    return float(np.corrcoef(ranks)[0, 1])


def _answer(n: Numbers) -> tuple[str, Text]:
    clear = [name for name in ("rate", "decay") if abs(n[name]) > CHANCE]
    right = "both" if len(clear) == 2 else clear[0] if clear else "none"
    return right, Text("Rank correlation with the validation accuracy over 100 trials: learning rate {rate}, "
                       "weight decay {decay}; chance alone stays within ±{chance:.2f} 19 times of 20.",
                       rate=_signed(n["rate"]), decay=_signed(n["decay"]), chance=float(CHANCE))  # fmt: skip


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


EXPERIMENT = Experiment(
    "hyperparameter_optimization", "6.5.3", Text("Search"),
    Text("Learning rate and weight decay are drawn at random, a hundred times; the validation accuracy says which "
         "pairs are good."),
    (Text("500 images, 20 % of them kept for validation; 64-100-100-100-100-100-100-10 (the book: 784 inputs)"),
     Text("SGD, batches of 100, 50 epochs, 100 trials"),
     Text("weight decay 10^U(−8, −4), learning rate 10^U(−6, −2)"),
     Text("the best 20 by their last validation accuracy; above each its learning rate")),
    (Text("64 inputs instead of 784 unless MNIST is chosen; batches are drawn with replacement, as in the book."),),
    Question(Text("The pairs are drawn; the best 20 are picked. Which of the two settings decides?"),
             {"rate": Text("the learning rate"), "decay": Text("the weight decay"), "both": Text("both"),
              "none": Text("neither")}, _answer),
    (Criterion("inside", Text("The best learning rates gather between 0.001 and 0.01."),
               Text("share of the best 20 in that range"), low=0.9, form=".0%"),
     Criterion("rate", Text("The learning rate decides."),
               Text("rank correlation of learning rate and validation accuracy, 100 trials"), low=0.5, form=".2f"),
     Criterion("either", Text("Weight decay shows no signal."),
               Text("size of the rank correlation of weight decay and validation accuracy, 100 trials"),
               high=float(round(CHANCE, 2)), form=".2f")),
    "panels", Axes(5, "epoch", "accuracy", 1.0, share=True), arms, read,
)  # fmt: skip
