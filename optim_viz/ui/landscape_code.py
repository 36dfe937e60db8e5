"""What can be taken away from the landscape page: its animation, its numbers, and code that makes them again."""

import streamlit as st

from optim_viz import player
from optim_viz.ui import landscape, training, training_code
from optim_viz.ui.i18n import language, t
from optim_viz.ui.landscape import Result, View
from optim_viz.walks import Survey, table


def files(view: Survey) -> None:
    """The player as one page that plays offline, and a row per path and checkpoint; made when asked for."""
    words, lang, axes = landscape.counted(view), language(), landscape.axes(view)
    with st.container(horizontal=True):
        st.download_button(t("Animation (HTML, plays offline)"),
                           lambda: player.html(view.walks(), lang=lang, texts=words, axes=axes),
                           "optim_viz_landscape.html", "text/html", key=f"{landscape.PREFIX}html",
                           icon=":material/download:", on_click="ignore")  # fmt: skip
        st.download_button(t("Save the measurements (CSV)"), lambda: table(view), "optim_viz_landscape.csv",
                           "text/csv", key=f"{landscape.PREFIX}csv", icon=":material/download:",
                           on_click="ignore")  # fmt: skip


def notebook(result: Result, view: View) -> None:
    """Code that makes the same numbers."""
    with st.expander(t("Notebook code"), key=f"{landscape.PREFIX}code", on_change="rerun") as box:
        if box.open:
            st.code(snippet(result, view), language="python")


def snippet(result: Result, view: View) -> str:
    """Python that trains the same networks, and looks at them in the same plane."""
    a, b = (landscape.place_of(result, name) for name in view.ends)
    center = landscape.place_of(result, view.center)
    ours = training.Result(result.setup, result.chosen, result.trainer, result.history)
    kept = training_code.snippet(ours).rpartition("print(")[0]
    kept = kept.replace(f"seed={result.setup.seed})", f"seed={result.setup.seed}, checkpoints={landscape.CHECKPOINTS})")
    return kept + (
        "\nfrom optim_viz.nn.sampling import judged, parts\n"
        "from optim_viz.walks import between, plane_of, survey\n\n"
        'samples = judged(parts(net, data)["train"])\n'
        f"plane = plane_of(history, {view.kind!r}, center={center}, seed={view.seed})\n"
        f"seen = survey(history, plane, samples, n={landscape.grid_points(result)})\n"
        "print(seen.plane.explained, seen.where.distance[:, -1], seen.losses.true[:, -1], seen.losses.shown[:, -1])\n"
        f"print(between(history, {a}, {b}, samples).height)\n"
        "ov.animate(seen.walks())\n"
    )
