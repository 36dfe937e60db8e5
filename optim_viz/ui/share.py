"""Take it with you: what a player shows, as files; each is made only when its button is pressed."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from optim_viz import export, figures, player
from optim_viz.trace import Path
from optim_viz.ui.cached import GATE
from optim_viz.ui.charts import worded
from optim_viz.ui.i18n import each, language, t
from optim_viz.words import Text

_FILES: dict[str, tuple[Text, str, str]] = {
    "html": (Text("Animation (HTML, plays offline)"), "optim_viz.html", "text/html"),
    "gif": (Text("Animation (GIF)"), "optim_viz.gif", "image/gif"),
    "csv": (Text("Numbers (CSV)"), "optim_viz.csv", "text/csv"),
    "json": (Text("Numbers and settings (JSON)"), "optim_viz.json", "application/json"),
    "code": (Text("Code for optim_viz"), "optim_viz_paths.py", "text/x-python"),
    "torch": (Text("Code for PyTorch"), "optim_viz_torch.py", "text/x-python"),
}


def downloads(paths: Sequence[Path], *, key: str, html: Callable[[], str] | None = None, **options: Any) -> None:
    """One button that opens on files of these paths; `html` replaces the plain player page.

    `options` are those of `player.html`, such as `labels`, `looks` and `log`. What cannot be made for these paths says
    why instead.
    """
    with st.popover(t("Save"), icon=":material/download:", key=f"{key}.save", on_change="rerun") as box:
        if not box.open:
            return
        made = _makers(paths, html or _page(paths, options), options)
        for kind, (label, name, mime) in _FILES.items():
            refusal = _refusal(kind, made[kind])
            if refusal is None:
                st.download_button(
                    t(label),
                    _gated(made[kind]),
                    name,
                    mime,
                    key=f"{key}.save.{kind}",
                    on_click="ignore",
                    width="stretch",
                )
            else:
                st.caption(f"{t(label)}: {t(refusal)}")


def _page(paths: Sequence[Path], options: dict[str, Any]) -> Callable[[], str]:
    # a button's maker runs outside of the session: words and language are looked up now
    lang, texts = language(), each(player.TEXTS)
    title = ", ".join(export.names(paths, options.get("labels")))
    return lambda: player.html(paths, lang=lang, texts=texts, title=title, **options)


def _makers(
    paths: Sequence[Path], page: Callable[[], str], options: dict[str, Any]
) -> dict[str, Callable[[], str | bytes]]:
    theme, texts = worded()
    drawn = {key: value for key, value in options.items() if key in ("labels", "looks", "log")}
    labels = options.get("labels")
    return {
        "html": page,
        "gif": lambda: figures.gif(paths, theme=theme, texts=texts, **drawn),
        "csv": lambda: export.to_csv(paths, labels),
        "json": lambda: export.to_json(paths, labels),
        "code": lambda: export.notebook_code(paths),
        "torch": lambda: export.torch_code(paths),
    }


def _refusal(kind: str, make: Callable[[], str | bytes]) -> Text | None:
    """Why there is no such file; only code, which costs nothing to write, can be refused."""
    if kind not in ("code", "torch"):
        return None
    try:
        make()
    except ValueError as error:
        return error.args[0]
    return None


def _gated(make: Callable[[], str | bytes]) -> Callable[[], str | bytes]:
    def one_at_a_time() -> str | bytes:
        with GATE:
            return make()

    return one_at_a_time
