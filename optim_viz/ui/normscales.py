"""Normalization lab: sixteen weight scales with and without normalization; measured beforehand, or on a button."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count

import numpy as np
import streamlit as st

from optim_viz.experiments import run, seconds
from optim_viz.figures import norm as charts
from optim_viz.figures.banded import banded
from optim_viz.labs.norm import kept
from optim_viz.labs.norm.networks import NORMS
from optim_viz.labs.norm.scales import BOOK, LEARNED, SCALES, SMALL, Found, Setting, arms, found
from optim_viz.ui import jobs
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import each, t
from optim_viz.ui.jobs import MOST_SECONDS, Job
from optim_viz.ui.lab import predict, table
from optim_viz.ui.norm import NAMES, PREFIX
from optim_viz.ui.said import brief, bullets
from optim_viz.ui.state import named, quiet
from optim_viz.words import Text

WIDTHS, IMAGES, BATCHES = (20, 50, 100), (200, 500, 1000), (20, 50, 100)
RATES, EPOCHS, SEEDS = (0.005, 0.01, 0.02, 0.05, 0.1), (5, 10, 15, 20, 40), (1, 2, 3)
_NUMBERS = count(1)
DESK = jobs.Desk("norm")


@dataclass(frozen=True, eq=False)
class Result:
    """What is on show; number 0 is what was measured beforehand."""

    found: Found
    number: int = 0


def controls() -> Setting:
    """What the button would train."""
    beside = named(st.segmented_control, t("Beside plain networks"), f"{PREFIX}beside",
                   {**{norm: NAMES[norm] for norm in NORMS[1:]}, "all": Text("all")}, "batch",
                   required=True)  # fmt: skip
    width = choice(t("Units in each"), f"{PREFIX}width", WIDTHS, SMALL.width, t("Five hidden layers."))
    lr = choice(t("Learning rate"), f"{PREFIX}lr", RATES, SMALL.lr)
    epochs = choice(t("Epochs"), f"{PREFIX}epochs", EPOCHS, SMALL.epochs)
    with st.expander(t("More"), key=f"{PREFIX}more2", on_change="rerun") as box:
        rest = _rest(bool(box.open))
    norms = NORMS if beside == "all" else ("none", beside)
    return Setting(norms, width, rest[0], rest[1], lr, epochs, tuple(range(rest[2])))


def _rest(shown: bool) -> tuple[int, int, int]:
    found = []
    for label, key, options, usual in ((t("Training images"), "images", IMAGES, SMALL.images),
                                       (t("Batch size"), "size", BATCHES, SMALL.batch), (t("Seeds"), "seeds", SEEDS,
                                       1)):  # fmt: skip
        drawn = shown or not quiet(PREFIX + key, usual)
        found.append(choice(label, PREFIX + key, options, usual) if drawn else usual)
    return found[0], found[1], found[2]


def start(setting: Setting) -> None:
    """The button, its cost, or Stop while it works."""
    DESK.row(t("Train at 16 scales"), DESK.cost(setting, lambda: _seconds(setting)), lambda: Job(
        _work(setting), lambda: t("Training …")), ("nm.train", "nm.stop"))  # fmt: skip


def _seconds(setting: Setting) -> float | Text:
    total = seconds(arms(setting))
    if total > MOST_SECONDS:
        return Text("This would take about {seconds:.0f} s; the limit is {most} s. Use fewer epochs, seeds or units.",
                    seconds=total, most=MOST_SECONDS)  # fmt: skip
    return total


def _work(setting: Setting) -> Generator[float | Result, None, None]:
    for told in run(arms(setting)):
        yield told if not isinstance(told, list) else Result(found(setting, told), next(_NUMBERS))


def latest() -> Result:
    """The last result of this session, at first the book's setting with five seeds."""
    return DESK.result or Result(kept.scales())


def stage(result: Result) -> bool:
    """Accuracy over the weight scale at the playhead; at first of plain networks alone."""
    made, setting = result.found, result.found.setting
    place = st.container()
    others = [norm for norm in setting.norms if norm != "none"]
    epoch = choice(t("After epoch"), f"{PREFIX}at{setting.epochs}", tuple(range(setting.epochs + 1)), setting.epochs)
    seen = not others or predict(
        f"{PREFIX}many", t("Without normalization {plain} of 16 networks learn: half of the training images right "
                           "after {epochs} epochs. With {norm}?", plain=int(np.median(made.learned()["none"])),
                           epochs=setting.epochs, norm=t(NAMES[others[0]])),
        {"few": Text("0 to 5 of 16"), "some": Text("6 to 13 of 16"), "most": Text("14 to 16 of 16")},
        partial(_many, result, others), result.number)  # fmt: skip
    shown = [norm for norm in setting.norms if seen or norm == "none"]
    at = dict(zip(setting.norms, made.at(int(epoch)), strict=True))
    alt = t("At how many of 16 scales half of the training images are right: {told}.", told=", ".join(
        f"{t(NAMES[norm])} {_counted((at[norm] >= LEARNED).sum(axis=0))}" for norm in shown))  # fmt: skip
    with place:
        chart(f"{PREFIX}scales", lambda theme, texts: banded(
            SCALES, {norm: at[norm].T for norm in shown}, each(NAMES), charts.LOOKS,
            (texts["scale"], texts["learned"]), log="x", level=LEARNED, span=(-0.03, 1.05), theme=theme),
            alt, charts.TEXTS, (result.number, epoch, seen))  # fmt: skip
    return seen


def _many(result: Result, others: list[str]) -> tuple[str, str]:
    learned = result.found.learned()
    most = float(np.median(learned[others[0]]))
    told = ", ".join(f"{t(NAMES[norm])} {_counted(learned[norm])}" for norm in result.found.setting.norms)
    return "few" if most < 6 else "some" if most < 14 else "most", t("Scales of 16 that learned: {told}.", told=told)


def _counted(counts: Sequence[int] | np.ndarray) -> str:
    """How many, over the seeds: 2, or 15–16."""
    low, high = min(counts), max(counts)
    return f"{low}" if low == high else f"{low}–{high}"


def words(result: Result, seen: bool) -> None:
    """At how many scales each learns, where plain is better, and what was trained."""
    made, setting = result.found, result.found.setting
    shown = [norm for norm in setting.norms if seen or norm == "none"]
    learned, last = made.learned(), dict(zip(setting.norms, made.at(-1), strict=True))
    rows = [[t(NAMES[norm]), _counted(learned[norm]), f"{np.median(last[norm], axis=1).max():.1%}",
             brief(float(SCALES[np.median(last[norm], axis=1).argmax()]))] for norm in shown]  # fmt: skip
    table([t("normalization"), t("scales that learn"), t("best accuracy"), t("at scale")], rows)
    said = []
    if "batch" in shown:
        said += _against(made, last)
    if len(setting.seeds) == 1:
        said.append(t("One seed proves nothing: what was measured beforehand has five."))
    st.markdown(bullets(*said) if said else "")
    st.caption(t("Digits: {images} images, five hidden layers of {width} with ReLU, SGD lr {lr:g}, batches of {batch}, "
                 "{epochs} epochs, {seeds} seeds. A band reaches from the lowest to the highest seed.",
                 images=setting.images, width=setting.width, lr=setting.lr, batch=setting.batch, epochs=setting.epochs,
                 seeds=len(setting.seeds)) + (" " + t("This is the book's setting, measured beforehand.")
                                              if setting == BOOK else ""))  # fmt: skip


def _against(made: Found, last: dict[str, np.ndarray]) -> list[str]:
    ahead = made.better("none", "batch")
    if not ahead:
        return [t("At no scale does every seed of the plain network end above every seed with batch norm.")]
    told = ", ".join(f"{brief(float(SCALES[k]))} ({np.median(last['none'][k]):.1%} ↔ {np.median(last['batch'][k]):.1%})"
                     for k in ahead)  # fmt: skip
    return [t("Where the plain network is better, with every seed: at scale {told}. With first weights "
              "like these no normalization is needed; batch norm makes the choice matter less.",
              told=told)]  # fmt: skip


def code(result: Result) -> str:
    """Python that trains the same networks."""
    return (
        "from optim_viz.experiments import run\nfrom optim_viz.labs.norm import scales\n\n"
        f"setting = scales.{result.found.setting!r}\n"
        "*_, histories = run(scales.arms(setting))\n"
        "made = scales.found(setting, histories)\n"
        "print(made.learned())\n"
        "print(made.at(-1).mean(axis=2).round(2))\n"
    )
