"""What the experiment on sharp and flat minima shows: dots, verdicts on the claim, a table, the edge of stability."""

from functools import partial

import streamlit as st

from optim_viz import sharpness
from optim_viz.figures import sharp as figures
from optim_viz.sharpness import Agreement, Row
from optim_viz.ui import cached
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import number
from optim_viz.ui.i18n import t
from optim_viz.ui.said import bullets, table
from optim_viz.ui.sharp import PREFIX, UNITS, Result, Setup
from optim_viz.words import Text

VERDICTS = {"supported": Text("supported here"), "contradicted": Text("contradicted here"),
            "not distinguishable": Text("not distinguishable from chance")}  # fmt: skip
MEASURES = (Text("by λmax"), Text("by random directions"))
_MADE = cached.Bounded(64)


def picture(result: Result, setup: Setup | None) -> None:
    """A dot per run; what that says about the claim; then the walk along the edge of stability."""
    with st.container():
        if setup is not None and setup != result.setup:
            st.caption(t("Still the last result: {what}. Press the button for the new settings.", what=_what(result)))
        told, share = _rows(result), _score(result) == "accuracy"
        st.caption(t("Each dot is one training, the bar their median. λmax: the largest eigenvalue of the Hessian of "
                     "the training loss. Rise: how much that loss grows on average when each filter moves by {radius} "
                     "of its length in a random direction.", radius=f"{sharpness.RADIUS:.0%}"))  # fmt: skip
        panels = {"top": "λmax", "sharpness": t("rise of the loss"), "score": t("accuracy") if share else "R²"}
        panels["score"] = f"{t('test')}: {panels['score']}"
        with st.container(key="panels"):
            for name, title in panels.items():
                alt = f"{title}: {'; '.join(f'{_row(result, r)} {_middle(r, name, share)}' for r in told)}"
                chart(f"{PREFIX}dots.{name}", lambda name=name, title=title, **look: figures.dots(
                    _groups(result, told, name), title, share=share and name == "score", log=name != "score", **look),
                    alt, setting=result.number, config={"displayModeBar": False})  # fmt: skip
        _claims(result)
        _edge(result)


def _what(result: Result) -> str:
    """The settings of a result in one line of numbers and names."""
    setup = result.setup
    sizes = ", ".join(str(b or "N") for b in setup.batches)
    rules = ", ".join(f"{r.label()} {number(getattr(r, 'lr', 1))}" for r in setup.rules)
    return (f"{t(result.chosen.name)} · {rules} · {t('batch')} {sizes} · {t(UNITS[setup.unit])} {setup.length} · "
            f"{t('Seeds')} {setup.seeds}")  # fmt: skip


def _rows(result: Result) -> list[Row]:
    return _MADE.make((result.number, "rows"), lambda: sharpness.rows(result.minima))


def _score(result: Result) -> str:
    return "R²" if result.chosen.data.task == "regression" else "accuracy"


def _batch(result: Result, row: Row) -> str:
    return f"N\xa0=\xa0{row.batch}" if None in result.setup.batches and row.batch == len(result.chosen.split.train) \
        else str(row.batch)  # fmt: skip


def _row(result: Result, row: Row) -> str:
    return f"{row.optimizer} · {_batch(result, row)}"


def _groups(result: Result, told: list[Row], name: str) -> dict[str, dict[str, list[float]]]:
    """Optimizer -> batch size -> a number per seed."""
    groups: dict[str, dict[str, list[float]]] = {}
    for r in told:
        mine = [m for m in result.minima if (m.optimizer, m.batch) == (r.optimizer, r.batch) and m.kind != "diverged"]
        groups.setdefault(r.optimizer, {})[_batch(result, r)] = [getattr(m, name) for m in mine]
    return groups


def _middle(row: Row, name: str, share: bool) -> str:
    value = {"top": row.eigenvalues[0], "sharpness": row.sharpness, "score": row.score}[name]
    return _percent(value, share) if name == "score" else _short(value)


def _claims(result: Result) -> None:
    """The claim's two halves, each by two measures, and the rule that decides."""
    claims = _MADE.make((result.number, "claims"), lambda: sharpness.claims(result.minima))
    st.markdown(f"**{t('“Large batches find sharp minima, small ones flat ones, and flat ones generalize better”')}**")
    lines = []
    for text, both in ((t("Larger batch, sharper minimum"), claims.larger_is_sharper),
                       (t("Flatter minimum, better on test samples"), claims.flatter_is_better)):  # fmt: skip
        for measure, found in zip(MEASURES, both, strict=True):
            lines.append(f"{text}, {t(measure)}: {_verdict(found)}")
    lines += map(t, sharpness.caveats(_rows(result)))
    setup = result.setup
    if setup.unit == "updates":
        lines.append(t("Equal for all: {length} updates, so that a small batch saw less data.", length=setup.length))
    else:
        lines.append(t("Equal for all: {length} epochs, so that a small batch made more updates.", length=setup.length))
    st.markdown(bullets(*lines))
    st.caption(t("The rule: pairs are two runs of the same seed, for the first half also of the same optimizer; a tie "
                 "counts half. The verdict is chance unless fewer than 2.5% of {n} shuffles within the seeds agree as "
                 "often (supported) or as rarely (contradicted). One data set, one network: no proof for others.",
                 n=sharpness.SHUFFLES))  # fmt: skip


def _verdict(found: Agreement) -> str:
    if not found.pairs:
        return f"**{t(VERDICTS[found.verdict])}** ({t('no pairs to compare')})"
    chance = t("{agree} of {pairs} pairs agree; chance alone agrees as often in {share:.2%} of shuffles",
               agree=f"{found.agree:g}", pairs=found.pairs, share=found.above)  # fmt: skip
    return f"**{t(VERDICTS[found.verdict])}** ({chance})"


def _edge(result: Result) -> None:
    st.subheader(t("Edge of stability"), anchor=False)
    reading = t(sharpness.edge_reading(result.edges))
    st.markdown(reading)
    with st.container(key="curves"):
        for what in ("curvature", "loss"):
            chart(f"{PREFIX}edge.{what}", partial(figures.edge, result.edges, what), reading, setting=result.number)
    st.caption(t("Gradient descent on all training samples at once, from the first weights of seed 0. On a quadratic "
                 "it is stable only while λmax is at most 2/lr; networks often rise to that line and stay near "
                 "it."))  # fmt: skip


def words(result: Result) -> None:
    """The table of medians, and all runs as a file."""
    with st.container():
        st.markdown(_table(result))
        st.download_button(t("Save the measurements (CSV)"), lambda: sharpness.table(result.minima),
                           "optim_viz_sharp.csv", "text/csv", key="sharpruns", icon=":material/download:",
                           on_click="ignore")  # fmt: skip


def _table(result: Result) -> str:
    share = _score(result) == "accuracy"
    name = t("accuracy") if share else "R²"
    head = [t("Optimizer"), t("Batch size"), f"{t('updates')} / {t('epochs')}", f"{t('loss')}: {t('training')}",
            t("top eigenvalues of the Hessian"), t("λmax, lowest to highest"), t("rise of the loss"),
            f"{name}: {t('test')}"]  # fmt: skip
    rows = [[r.optimizer, _batch(result, r), f"{r.updates}\u202f/\u202f{r.epochs:.4g}", _short(r.loss),
             "\u202f/\u202f".join(map(_short, r.eigenvalues)), f"{_short(r.low)}\xa0…\xa0{_short(r.high)}",
             _short(r.sharpness), _percent(r.score, share)] for r in _rows(result)]  # fmt: skip
    return t("Medians over the seeds.") + "\n\n" + table(head, rows)


def _short(value: float) -> str:
    return f"{value:.3g}".replace("-", "−") if value == value else "–"


def _percent(value: float, share: bool) -> str:
    return "–" if value != value else f"{value:.1%}" if share else f"{value:.3f}".replace("-", "−")
