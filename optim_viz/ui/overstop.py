"""Overfitting lab: early stopping read off ten trainings, for any patience."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from optim_viz.figures import overfit as charts
from optim_viz.figures.banded import banded
from optim_viz.labs.overfit import kept
from optim_viz.labs.overfit.stopping import PATIENCE, Paths
from optim_viz.labs.overfit.trial import VALIDATION
from optim_viz.ui import cached
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.overfit import PREFIX, wrong_labels
from optim_viz.ui.said import bullets, middle
from optim_viz.words import Text

ENOUGH = 8  # seeds of ten
_PATHS = cached.Bounded(2)


@dataclass(frozen=True)
class Setup:
    wrong: float
    patience: int
    seed: int

    @property
    def paths(self) -> Paths:
        return _PATHS.make(self.wrong, lambda: kept.paths(self.wrong))


def controls() -> Setup:
    wrong = wrong_labels()
    patience = choice(t("Patience in epochs"), f"{PREFIX}patience", PATIENCE, 5,
                      t("How long training goes on without a lower validation loss."))  # fmt: skip
    seed = choice(t("Seed on show"), f"{PREFIX}seed", tuple(range(10)), 0)
    return Setup(wrong, int(patience), int(seed))


def stage(setup: Setup) -> bool:
    """Validation loss of one seed with the place it stops; test accuracy after a guess."""
    found = setup.paths
    ends, best = found.stop(setup.patience)
    epochs, k = np.arange(found.test.shape[1]), setup.seed
    place = st.container(key="curves")
    asked = t("The stopped network keeps the weights of the lowest validation loss. In how many of ten seeds is it no "
              "worse on test images than the fully trained one?")  # fmt: skip
    options = {"few": Text("0 to 4"), "some": Text("5 to 7"), "most": Text("8 to 10")}
    seen = predict(f"{PREFIX}stopped", asked, options, partial(_often, setup), (setup.wrong, setup.patience))
    with place:
        chart(f"{PREFIX}validation", lambda theme, texts: banded(
            epochs, {"validation": found.validation[k]}, {"validation": texts["stopping"]}, charts.LOOKS,
            (texts["epoch"], texts["stopping"]), share=False, mark=float(ends[k]), theme=theme),
            t("Validation loss, lowest at epoch {best}; training stops at epoch {end}.", best=best[k], end=ends[k]),
            charts.TEXTS, setup)  # fmt: skip
        if seen:
            chart(f"{PREFIX}testing", lambda theme, texts: banded(
                epochs, {"plain.train": found.train[k], "test": found.test[k]},
                {"plain.train": texts["on training"], "test": texts["on test"]}, charts.LOOKS,
                (texts["epoch"], texts["accuracy"]), mark=float(best[k]), theme=theme),
                t("Test accuracy {kept:.1%} at epoch {best}, {last:.1%} at the end.", kept=found.test[k, best[k]],
                  best=best[k], last=found.test[k, -1]), charts.TEXTS, setup)  # fmt: skip
    return seen


def _often(setup: Setup) -> tuple[str, str]:
    count = setup.paths.no_worse(setup.patience)
    return "few" if count < 5 else "some" if count < ENOUGH else "most", t(
        "In {count} of 10. Test accuracy {kept} stopped, {last} at the end.", count=count,
        kept=middle(100 * setup.paths.kept(setup.patience), 3), last=middle(100 * setup.paths.test[:, -1],
        3))  # fmt: skip


def words(setup: Setup, seen: bool) -> None:
    """All patiences in one table, and whether stopping is free."""
    found = setup.paths
    ends, _ = found.stop(setup.patience)
    said = [t("Seed {seed}: training ends at epoch {end} of {all}. The dotted line is there; in the picture of the "
              "accuracy it stands at the epoch that is kept.", seed=setup.seed, end=ends[setup.seed],
              all=found.test.shape[1] - 1)]  # fmt: skip
    if seen:
        rows = [[f"{p}", middle(found.stop(p)[0]), middle(100 * found.kept(p), 3), f"{found.no_worse(p)} / 10"]
                for p in PATIENCE]  # fmt: skip
        table([t("patience"), t("epochs trained"), t("test accuracy, %"), t("no worse than the end")], rows)
        count = found.no_worse(setup.patience)
        said.append(t("With this patience the stopped network is no worse in {count} of 10 seeds.", count=count) if
                    count >= ENOUGH else
                    t("With this patience the stopped network is worse in {count} of 10 seeds: here the test accuracy "
                      "goes on rising slowly, and stopping only saves time.", count=10 - count))  # fmt: skip
        said.append(t("{n} validation images decide, and they are drawn, too: the epoch of the lowest loss is not the "
                      "epoch of the best test accuracy, which would be {best} on average.", n=VALIDATION,
                      best=f"{found.test.max(axis=1).mean():.1%}"))  # fmt: skip
    st.markdown(bullets(*said))


def code(setup: Setup, seen: bool) -> str:
    """Python that trains one seed with early stopping."""
    return (
        "from optim_viz.labs.overfit import trial\n\n"
        f"setting = trial.Setting(wrong={setup.wrong}, seeds=({setup.seed}, {(setup.seed + 1) % 10}, "
        f"{(setup.seed + 2) % 10}))\n"
        f'*_, (plain, stopped) = trial.tried(setting, [{{}}, {{"stop": {setup.patience}}}])\n'
        "print(plain.kept_test, stopped.kept_test, stopped.ended)\n"
    )
