"""What searches say in words: the table of methods, what a score is worth, the repeats, and the code."""

import streamlit as st

from optim_viz.experiments import repeats
from optim_viz.experiments.digits import POOL
from optim_viz.experiments.search import METHODS, START, Found, best_so_far
from optim_viz.figures.search import LEVELS
from optim_viz.ui import sweeping
from optim_viz.ui.controls import number
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import table
from optim_viz.ui.said import bullets
from optim_viz.ui.search import FOLDS, HAND, NAMES, Shown, shares, top_score

GOOD = 0.8


def words(shown: Shown, view: str, told: bool) -> None:
    """What the picture says, in numbers."""
    if view == "wins":
        if told:
            _repeats(shown)
        return
    if sweeping.where():
        st.caption(sweeping.where())
    if shown.asked != shown.result.setup:
        old = shown.result.setup
        st.caption(t("Still the last result: {budget} trials, {folds}, seed {seed}. The button runs yours.",
                     budget=old.budget, folds=t(FOLDS[str(old.folds)]), seed=old.seed))  # fmt: skip
    if view == "one":
        _key(shown)
    if view == "matter":
        _matter(shown)
    else:
        _table(shown)
        _worth(shown)


def _key(shown: Shown) -> None:
    levels = ", ".join(f"{100 * level:.0f}" for level in LEVELS)
    lines = [t("The surface as far as the search knows it. Blue: the darker the better ({levels} %); gray: worse; "
               "empty: not tried. × failed; the ring is the latest trial.", levels=levels)]  # fmt: skip
    if shown.truth:
        lines.append(t("Green, faint: the true map, which no search sees."))
    if shown.method == "gp":
        lines.append(t("Below: what the process thinks before it chooses. Mean: how good a place should be; spread: "
                       "how little it knows; acquisition: the improvement it expects. It tries the highest.")
                     )  # fmt: skip
    st.caption(" ".join(lines))


def _table(shown: Shown) -> None:
    """A row per method, the best first."""
    above = t("above {good}", good=f"{GOOD:.0%}")
    head = [t("Method"), t("best"), t("on test images"), above, t("learning rates tried"), t("failed"), "lr",
            t("weight decay")]  # fmt: skip
    searches = shown.searches
    order = sorted(searches, key=lambda name: -best_so_far(searches[name].trials)[-1])
    table(head, [[t(NAMES[name]), *_row(searches[name])] for name in order])


def _row(found: Found) -> list[str]:
    trials, best = found.trials, found.best
    scores, chosen = ["–", "–"], ["–", "–"]
    if best is not None and best.score is not None and best.test is not None:
        scores, chosen = [f"**{best.score:.1%}**", f"{best.test:.1%}"], [number(best.lr), number(best.decay)]
    good = sum(trial.score is not None and trial.score > GOOD for trial in trials)
    failed = sum(trial.score is None for trial in trials)
    return [*scores, f"{good}/{len(trials)}", str(len({trial.lr for trial in trials})), str(failed), *chosen]


def _worth(shown: Shown) -> None:
    """What chance does to a score."""
    folds = shown.result.setup.folds
    count = POOL if folds > 1 else POOL // 2
    best = max(best_so_far(found.trials)[-1] for found in shown.searches.values())
    error = (best * (1 - best) / count) ** 0.5
    lines = [
        t("A score comes from {count} images: chance alone moves it by ±{error} (one standard deviation). "
          "Smaller differences between methods may be chance.", count=count, error=f"{100 * error:.1f} %")
    ]  # fmt: skip
    if folds == 1:
        lines.append(t("The highest place of the true map has {top}. Even that is the luck of these images.",
                       top=f"{top_score():.1%}"))  # fmt: skip
    else:
        lines.append(t("With folds every image judges once and every trial costs five trainings; the true map is that "
                       "of half and half."))  # fmt: skip
    lines.append(t("Random, TPE and Gaussian process share their first {start} trials.", start=START))
    st.markdown(bullets(*lines))


def _matter(shown: Shown) -> None:
    found, both = shown.found, shares(shown)
    if found is not None and shown.method in both:
        lr, decay = both[shown.method]
        st.markdown(bullets(t("By these {n} trials the learning rate explains {lr} of the variance of the scores, "
                              "weight decay {decay} (fANOVA).", n=len(found.trials), lr=f"{lr:.0%}",
                              decay=f"{decay:.0%}")))  # fmt: skip
    elif found is not None:
        st.markdown(t("Too few trials with a score to say what matters."))
    st.caption(t("Each method judges by its own trials: one that stays on the plateau sees little of the cliffs, so "
                 "the shares differ. Failed trials have no score, and are left out."))  # fmt: skip


def _repeats(shown: Shown) -> None:
    """Wins, medians, tests."""
    record, after = repeats.shipped(), shown.after
    wins, pairs = record.wins(after), record.pairs(after)
    order = sorted(METHODS, key=lambda name: -wins[name])
    full = after == record.budget
    head = [t("Method"), t("highest"), t("median [quartiles]"), *([t("on test images")] if full else [])]
    rows = []
    for name in order:
        s, tested = record.spread(name, after), record.tested(name)
        rows.append([t(METHODS[name]), f"{wins[name]}/{record.repeats}",
                     f"{s.median:.1%} [{s.low:.1%} … {s.high:.1%}]", *([f"{tested.median:.1%}"] if full else [])]
                    )  # fmt: skip
    table(head, rows)
    clear = [t("{better} is better than {worse} (p = {p})", better=t(METHODS[pair.better]),
               worse=t(METHODS[pair.b if pair.better == pair.a else pair.a]), p=f"{pair.p:.1g}")
             for pair in pairs if pair.better]  # fmt: skip
    lines = []
    if clear:
        lines.append(t("Beyond chance: {pairs}.", pairs="; ".join(clear)))
    if len(clear) < len(pairs):
        lines.append(t("The other {n} of {m} pairs are not distinguishable (Wilcoxon's signed ranks, Holm).",
                       n=len(pairs) - len(clear), m=len(pairs)))  # fmt: skip
    lines.append(t("Ties count for each; scores are multiples of 1/150."))
    if full:
        lines.append(_lucky(record))
    st.markdown(bullets(*lines))
    made = ", ".join(f"{name} {record.versions[name]}" for name in ("optuna", "scikit-learn", "numpy"))
    st.caption(t("Run beforehand, and shipped with the app.") + f" {made}")


def _lucky(record: repeats.Record) -> str:
    """What is left of the differences on images that chose nothing."""
    medians = [[one.median for one in map(part, METHODS)]
               for part in (lambda name: record.spread(name, record.budget), record.tested)]  # fmt: skip
    chosen, tested = (100 * (max(values) - min(values)) for values in medians)
    said = t("Between the best and the worst median lie {chosen:.1f} points of validation accuracy, and {tested:.1f} "
             "on test images.", chosen=chosen, tested=tested)  # fmt: skip
    return said + (" " + t("Part of a high score is luck with the images that chose it.") if tested < chosen else "")


def snippet(shown: Shown, view: str) -> str:
    """Python that searches again."""
    setup, head = shown.result.setup, "from optim_viz.experiments"
    if view == "wins":
        return (
            f"{head}.repeats import shipped\n\nrecord = shipped()  # python -m optim_viz search --out search.json\n"
            f"print(record.wins({shown.after}))\nfor pair in record.pairs({shown.after}):\n    print(pair)\n"
        )
    if shown.method == HAND and shown.hand is not None:
        pairs = [(trial.lr, trial.decay) for trial in shown.hand.trials]
        run = f"for trial in tried({pairs!r}, folds={shown.asked.folds}):\n    print(trial)\n"
        return f"{head}.search import tried\n\n{run}"
    return (
        f"{head}.search import METHODS, Plan, search\n\nfor method in METHODS:\n"
        f"    *_, found = search(Plan(method, budget={setup.budget}, folds={setup.folds}, seed={setup.seed}))\n"
        "    print(method, found.best, found.shares)\n"
    )
