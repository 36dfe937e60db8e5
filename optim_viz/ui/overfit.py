"""Overfitting lab: its views, and training with and without the chosen cures."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.experiments import seconds
from optim_viz.figures import overfit as charts
from optim_viz.figures.banded import banded
from optim_viz.labs.overfit import kept
from optim_viz.labs.overfit.cures import CURES
from optim_viz.labs.overfit.trial import Curves, Setting, arms, tried, verdict
from optim_viz.ui import jobs, overgrown
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import t
from optim_viz.ui.jobs import MOST_SECONDS, Job
from optim_viz.ui.lab import predict, table
from optim_viz.ui.said import bullets, middle
from optim_viz.ui.state import named, quiet, steady
from optim_viz.words import Text

PREFIX = "of."
VIEWS = {"cures": Text("Cures"), "book": Text("The book's setting"), "stop": Text("Early stopping"),
         "pictures": Text("Pictures"), "decay": Text("Weight decay")}  # fmt: skip
WRONG, IMAGES, SEEDS = (0.0, 0.1, 0.2, 0.3, 0.4), (50, 100, 150, 200, 300), (3, 5, 10)
WIDTHS, EPOCHS = (20, 50, 100, 200), (20, 40, 60, 100)
CHANGES = {"higher": Text("higher"), "alike": Text("no difference beyond chance"), "lower": Text("lower")}
PLAIN = Text("plain")
_NUMBERS = count(1)
DESK = jobs.Desk("overfit")


@dataclass(frozen=True)
class Setup:
    """What is trained, plain and with these cures (key, strength)."""

    setting: Setting
    cures: tuple[tuple[str, float], ...]

    @property
    def name(self) -> str:
        """The cures in words."""
        return " + ".join(t(CURES[key].name) + (f" {value:g}" if len(CURES[key].choices) > 1 else "")
                          for key, value in self.cures)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Result:
    """Curves of plain training and of the cured one; what was measured beforehand has number 0."""

    setup: Setup
    plain: Curves
    cured: Curves
    number: int = 0

    @property
    def key(self) -> Any:
        """What a figure of it depends on."""
        return self.number or self.setup


def view() -> str:
    """Which part of the page is shown; the others cost nothing."""
    return named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "cures", required=True,
                 label_visibility="collapsed")  # fmt: skip


def wrong_labels() -> float:
    """The share of wrong labels, for the views that have what was measured beforehand."""
    return float(choice(t("Share of wrong labels"), f"{PREFIX}noisy", tuple(sorted(kept.WRONG)), kept.WRONG[0],
                        t("In training and validation images; test labels are right.")))  # fmt: skip


def controls() -> Setup:
    """The cures with their strengths, and what is trained."""
    with steady():
        chosen = named(st.pills, t("Cures"), f"{PREFIX}cures", {key: cure.name for key, cure in CURES.items()},
                       "dropout", help=t("Add a second one below."))  # fmt: skip
        others = {"none": Text("none"), **{key: cure.name for key, cure in CURES.items() if key != chosen}}
        second = named(st.selectbox, t("Together with"), f"{PREFIX}second", others, "none")
        keys = [key for key in (chosen or "dropout", second) if key in CURES]
        cures = tuple((key, _strength(key)) for key in keys)
    wrong = choice(t("Share of wrong labels"), f"{PREFIX}wrong", WRONG, 0.2,
                   t("In training and validation images; test labels are right."))  # fmt: skip
    with st.expander(t("More"), key=f"{PREFIX}more", on_change="rerun") as box:
        images, width, epochs, seeds = _rest(bool(box.open))
    return Setup(Setting(images, wrong, (width, width), epochs, seeds=tuple(range(seeds))), cures)


def _strength(key: str) -> float:
    cure = CURES[key]
    if len(cure.choices) == 1:
        return cure.usual
    return choice(f"{t(cure.name)}: {t(cure.unit)}", PREFIX + key, cure.choices, cure.usual, t(cure.idea))


def _rest(shown: bool) -> list[int]:
    found = []
    for label, key, options, usual in (
        (t("Training images"), "images", IMAGES, 150), (t("Units in each of two layers"), "width", WIDTHS, 100),
        (t("Epochs"), "epochs", EPOCHS, 60), (t("Seeds"), "seeds", SEEDS, 5),
    ):  # fmt: skip
        drawn = shown or not quiet(PREFIX + key, usual)
        found.append(int(choice(label, PREFIX + key, options, usual)) if drawn else usual)
    return found


def start(setup: Setup) -> None:
    """The button, its cost, or Stop while it works; what was measured beforehand needs none."""
    if kept.alone(setup.setting, dict(setup.cures)) is not None and DESK.job is None:
        st.caption(
            t("Measured beforehand, with ten seeds. Another strength, a second cure or other data: train it here.")
        )
        return
    DESK.row(t("Train with and without"), DESK.cost(setup, lambda: _seconds(setup)), lambda: Job(
        _work(setup), lambda: t("Training …")), ("of.train", "of.stop"))  # fmt: skip


def _seconds(setup: Setup) -> float | Text:
    made = [arms(setup.setting, strengths)[0] for strengths in ({}, dict(setup.cures))]
    total = len(setup.setting.seeds) * seconds(made)
    if total > MOST_SECONDS:
        return Text("This would take about {seconds:.0f} s; the limit is {most} s. Use fewer epochs, seeds or units.",
                    seconds=total, most=MOST_SECONDS)  # fmt: skip
    return total


def _work(setup: Setup) -> Generator[float | Result, None, None]:
    for told in tried(setup.setting, [{}, dict(setup.cures)]):
        yield told if not isinstance(told, list) else Result(setup, told[0], told[1], next(_NUMBERS))


def latest(setup: Setup) -> Result:
    """What was measured beforehand, where it was; else the last result of this session, at first the usual one."""
    ready = replace(setup, setting=replace(setup.setting, seeds=kept.SETTING.seeds))
    cured = kept.alone(ready.setting, dict(setup.cures))
    if cured is not None:
        return Result(ready, kept.alone(ready.setting, {}), cured)  # type: ignore[arg-type]
    usual = Setup(kept.SETTING, (("dropout", CURES["dropout"].usual),))
    return DESK.result or Result(usual, kept.alone(usual.setting, {}), kept.alone(usual.setting, dict(usual.cures)))  # type: ignore[arg-type]


def stage(result: Result, setup: Setup) -> bool:
    """A film of overfitting; accuracy over the epochs: plain at once, cured after a guess."""
    overgrown.show(f"{PREFIX}film")
    if (setup.setting, setup.cures) != (replace(result.setup.setting, seeds=setup.setting.seeds), result.setup.cures):
        st.caption(t("Still the last result: {what}. Press the button for the new settings.", what=_what(result.setup)))
    place = st.container()
    asked = t("Against plain training, the test accuracy with {cures} is …", cures=result.setup.name)
    seen = predict(f"{PREFIX}guess", asked, CHANGES, partial(_change, result), result.key)
    names = {"plain.train": t("plain, training images"), "plain.test": t("plain, test images"),
             "cured.train": t("cured, training images"), "cured.test": t("cured, test images")}  # fmt: skip
    rows = {"plain.train": result.plain.train, "plain.test": result.plain.test}
    if seen:
        rows |= {"cured.train": result.cured.train, "cured.test": result.cured.test}
    x = {key: (result.plain if key.startswith("plain") else result.cured).epoch for key in rows}
    with place:
        chart(f"{PREFIX}curves", lambda theme, texts: banded(
            x, rows, names, charts.LOOKS, (texts["epoch"], texts["accuracy"]), height=380, theme=theme),
            t("Accuracy at the end: {told}.", told=", ".join(f"{names[key]} {middle(y[:, -1], share=True)}"
                                                             for key, y in rows.items())),
            charts.TEXTS, (result.key, seen))  # fmt: skip
    return seen


def _what(setup: Setup) -> str:
    s = setup.setting
    return (f"{setup.name} · {t('Training images')} {s.images} · {t('wrong labels')} {s.wrong:.0%} · {s.hidden[0]} + "
            f"{s.hidden[1]} · {t('epochs')} {s.epochs} · {t('Seeds')} {len(s.seeds)}")  # fmt: skip


def _change(result: Result) -> tuple[str, str]:
    found = verdict(result.cured.kept_test, result.plain.kept_test)
    reason = t("It changes by {mean:+.1%} ± {off:.1%} (95 % interval of the mean; {above} of {seeds} seeds above 0).",
               mean=found.mean, off=found.off, above=found.above, seeds=found.seeds)  # fmt: skip
    return found.kind, reason


def words(result: Result, seen: bool) -> None:
    """The gap, what closes it, and all cures side by side."""
    plain, s = result.plain, result.setup.setting
    rows = [[t(PLAIN), *_row(plain)], *([[result.setup.name, *_row(result.cured)]] if seen else [])]
    table([t("training"), t("training accuracy"), t("test accuracy"), t("gap")], rows)
    said = [t("Overfitting: plain training ends with {train} of the training images right, wrong labels included, and "
              "{test} of the test images; at best on the way it was {best}.", train=_mean(plain.kept_train),
              test=_mean(plain.kept_test), best=f"{plain.test.mean(axis=0).max():.1%}")]  # fmt: skip
    if seen:
        closer = float(plain.gap.mean() - result.cured.gap.mean())
        said.append(t("{cures}: the gap goes from {wide} to {gap}, the test accuracy by {change:+.1%}. The gap alone "
                      "says nothing: it also closes when the network learns less.", cures=result.setup.name,
                      wide=_mean(plain.gap), gap=_mean(result.cured.gap),
                      change=float((result.cured.kept_test - plain.kept_test).mean()))
                    if closer > 0 else t("{cures}: the gap does not close.", cures=result.setup.name))  # fmt: skip
        said += [f"{t(CURES[key].name)}: {t(CURES[key].idea)}." for key, _ in result.setup.cures]
    st.markdown(bullets(*said))
    st.caption(t("{images} digits, {wrong} of them with a wrong label; two layers of {width} with ReLU, Adam lr "
                 "{lr:g}, batches of {batch}, {epochs} epochs. Each of {seeds} seeds draws its own images, wrong "
                 "labels, first weights and batches; a band reaches from the lowest to the highest.", images=s.images,
                 wrong=f"{s.wrong:.0%}", width=s.hidden[0], lr=s.lr, batch=s.batch, epochs=s.epochs,
                 seeds=len(s.seeds)))  # fmt: skip
    if seen:
        _all()


def _mean(shares: np.ndarray) -> str:
    return f"{shares.mean():.1%}"


def _row(made: Curves) -> list[str]:
    return [middle(row, share=True) for row in (made.kept_train, made.kept_test, made.gap)]


def _all() -> None:
    """Every cure alone, at its usual strength."""
    st.markdown(f"**{t('Every cure alone')}**")
    wrong = wrong_labels()
    found = kept.every(wrong)
    told = {key: verdict(found[key].kept_test, found["plain"].kept_test) for key in CURES}
    order = sorted(CURES, key=lambda key: -told[key].mean)
    rows = [(t(CURES[key].name), told[key].mean, told[key].off) for key in order]
    alt = "; ".join(f"{name} {mean:+.1%} ± {off:.1%}" for name, mean, off in rows)
    chart(f"{PREFIX}forest", partial(charts.forest, rows), alt, charts.TEXTS, wrong)
    groups = {kind: ", ".join(t(CURES[key].name) for key in order if told[key].kind == kind) or t("none of them")
              for kind in CHANGES}  # fmt: skip
    st.markdown(bullets(
        t("Higher test accuracy: {names}.", names=groups["higher"]),
        t("Not distinguishable from chance: {names}.", names=groups["alike"]),
        t("Lower: {names}.", names=groups["lower"]),
        t("With wrong labels there is something to gain from not learning by heart; with right ones there is little: "
          "compare the two shares."),
    ))  # fmt: skip
    st.caption(t("Ten seeds, the strengths that the controls begin with; a line reaches over the 95 % interval of the "
                 "mean. Fifteen comparisons at once: about one in twenty looks real by chance."))  # fmt: skip


def code(result: Result, seen: bool) -> str:
    """Python that trains the same."""
    return (
        "from optim_viz.labs.overfit import trial\n\n"
        f"setting = trial.{result.setup.setting!r}\n"
        f"cures = {dict(result.setup.cures)!r}\n"
        "*_, (plain, cured) = trial.tried(setting, [{}, cures])\n"
        "print(plain.kept_train.mean(), plain.kept_test.mean())\n"
        "print(cured.kept_train.mean(), cured.kept_test.mean())\n"
        "print(trial.verdict(cured.kept_test, plain.kept_test))\n"
    )
