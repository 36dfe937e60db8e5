"""What an experiment of the book shows: a question, its picture, and a verdict on everything it must show."""

import streamlit as st

from optim_viz import player
from optim_viz.experiments.book import SOURCES, Experiment, Result, Verdict, verdicts
from optim_viz.experiments.book.signals import DEPTH
from optim_viz.figures import book as figures
from optim_viz.figures import init as spread
from optim_viz.labs.deep import INIT_NAMES, INITS, RANGES
from optim_viz.ui import cached, runs, shown
from optim_viz.ui.book import PREFIX, Setup, is_before
from optim_viz.ui.charts import chart
from optim_viz.ui.i18n import each, language, t
from optim_viz.ui.lab import ending, predict
from optim_viz.ui.player import mount


def stage(setup: Setup, result: Result) -> bool:
    """The story, the question and the picture; whether the answer was given."""
    experiment = setup.experiment
    st.markdown(t(experiment.story))
    answered = _asked(experiment, result)
    if answered or experiment.kind == "paths":
        _picture(setup, result)
        _whence(setup, result)
    return answered


def _asked(experiment: Experiment, result: Result) -> bool:
    question = experiment.question

    def truth() -> tuple[str, str]:
        right, reason = question.answer(result.numbers)
        return right, t(reason)

    about = (experiment.key, result.source)
    return predict(f"{PREFIX}{experiment.section}", t(question.text), question.options, truth, about)


def _whence(setup: Setup, result: Result) -> None:
    """Which run is shown, where it is not the one that the controls ask for."""
    if (result.source, result.seed) != (setup.source, setup.seed):
        st.caption(t("Still the last result: {data}, seed {seed}. Run the experiment for the new settings.",
                     data=t(SOURCES[result.source]), seed=result.seed))  # fmt: skip
    elif is_before(result):
        st.caption(t("Measured beforehand, with seed {seed}. Run the experiment to see it happen, or with another "
                     "seed.", seed=result.seed))  # fmt: skip


def _picture(setup: Setup, result: Result) -> None:
    experiment, key = setup.experiment, f"{PREFIX}picture.{setup.key}"
    alt = f"{t(experiment.title)}: " + "; ".join(_measured(v) for v in verdicts(experiment, result))
    setting = (result.key, result.source, result.seed, is_before(result), setup.curve)
    match experiment.kind:
        case "paths":
            paths = result.drawn
            ground = paths[0].surface
            grid = cached.GRIDS.make((ground, "viridis", "auto", language()),
                                     lambda: player.pack_surface(ground, texts=each(player.TEXTS)))  # fmt: skip
            mount(paths, grid, player.pack_paths(paths, start_mode=False), key="bkpaths")
        case "histograms":
            rows = {name: result.drawn[setup.curve, name].shares for name in INITS}
            chart(key, lambda **more: spread.histograms(rows, INIT_NAMES, range(DEPTH), RANGES[setup.curve], **more),
                  alt, spread.TEXTS, setting)  # fmt: skip
        case "errors":
            chart(key, lambda **more: figures.errors(result.drawn, **more), alt, figures.TEXTS, setting)
        case _:
            chart(key, lambda **more: figures.curves(result.drawn, experiment.axes, **more), alt, figures.TEXTS,
                  setting)  # fmt: skip


def words(setup: Setup, result: Result, answered: bool) -> None:
    """The verdicts, once the question is answered; the code and the long text."""
    if answered:
        judged = verdicts(setup.experiment, result)
        runs.tell(lambda: ({t(v.criterion.claim): _measured(v) for v in judged}, shown.curves()))
        seen = sum(v.holds for v in judged)
        head = t("What it must show: {seen} of {all} seen in this run", seen=seen, all=len(judged))
        st.markdown("\n".join([f"**{head}**\n", *map(_line, judged)]))
        _honest(judged)
    ending(lambda: code(setup))


def _measured(v: Verdict) -> str:
    return f"{t(v.criterion.measured)}: {v.criterion.written(v.value)}"


def _line(v: Verdict) -> str:
    """A claim and whether it was seen; under it the number, and how far the seeds spread."""
    c = v.criterion
    facts = [t("{measured}: **{value}**, needed {needed}", measured=t(c.measured), value=c.written(v.value),
               needed=c.needed)]  # fmt: skip
    if v.seeds:
        facts.append(t("five seeds: {low} to {high}, seen in {often} of {all}", low=c.written(min(v.seeds)),
                       high=c.written(max(v.seeds)), often=v.often, all=len(v.seeds)))  # fmt: skip
    mark = f"✓ **{t('seen')}**" if v.holds else f"✗ **{t('not seen')}**"
    return f"- {mark} · {t(c.claim)}  \n  :small[{' · '.join(facts)}]"


def _honest(judged: list[Verdict]) -> None:
    """What the digits do not show, said once more and plainly."""
    missed = [v for v in judged if v.seeds and v.often <= len(v.seeds) / 2]
    if missed:
        told = " ".join(t("“{claim}” ({often} of {all} seeds)", claim=t(v.criterion.claim), often=v.often,
                          all=len(v.seeds)) for v in missed)  # fmt: skip
        st.info(t("The book's MNIST shows it, these digits mostly do not: {claims}", claims=told))


def code(setup: Setup) -> str:
    """Python that runs the same experiment in a notebook."""
    return (
        "import optim_viz.experiments.book as book\n\n"
        f"experiment = book.EXPERIMENTS[{setup.key!r}]\n"
        + (f"for arm in experiment.arms({setup.source!r}, {setup.seed})[:4]:\n"
           "    print(arm.name, arm.net, arm.rule, arm.how)\n" if setup.heavy else "")
        + f"result = experiment.run({setup.source!r}, seed={setup.seed})\n"
        "for verdict in book.verdicts(experiment, result):\n"
        '    seen = "seen" if verdict.holds else "not seen"\n'
        "    print(seen, verdict.criterion.claim, verdict.value, verdict.criterion.needed)\n"
    )  # fmt: skip
