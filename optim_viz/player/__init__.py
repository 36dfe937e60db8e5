"""The animation player: whole paths go to the browser once, and play there."""

import html as markup
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from optim_viz.player.bundle import carrier_script, ear_script, page, player_script
from optim_viz.player.film import Film, pack_film, pack_ground
from optim_viz.player.message import pack_paths, pack_surface, surface_key
from optim_viz.player.signs import inside_options
from optim_viz.player.texts import TEXTS

__all__ = [
    "TEXTS",
    "Animation",
    "Film",
    "animate",
    "carrier_script",
    "ear_script",
    "html",
    "inside_options",
    "pack_film",
    "pack_ground",
    "pack_paths",
    "pack_surface",
    "player_script",
    "surface_key",
]


def html(
    paths: Any,
    *,
    lang: str = "en",
    texts: Mapping[str, str] | None = None,
    theme: str = "auto",
    title: str = "",
    n: int = 90,
    fill: str = "viridis",
    axes: tuple[str, str] = ("x", "y"),
    **options: Any,
) -> str:
    """A page that plays offline: `paths` (one Path or several on one surface), code and data in one text.

    `theme` is "auto" (follows the system), "light" or "dark"; `options` are those of `pack_paths`. `n` is the
    number of grid points per axis: 90 looks the same as 120 and is 30 kB smaller. A `Film` has no grid, and the
    options of `pack_film`.
    """
    if isinstance(paths, Film):
        return page(pack_ground(paths, texts), pack_film(paths, **options), lang=lang, theme=theme, title=title)
    several = list(paths) if isinstance(paths, Sequence) else [paths]
    surface = pack_surface(several[0].surface, n, fill=fill, axes=axes, texts=texts)
    message = pack_paths(several, **{"start_mode": False, **options})
    return page(surface, message, lang=lang, theme=theme, title=title)


@dataclass(frozen=True)
class Animation:
    """A played picture of some paths: shows itself in a notebook, and saves itself as one HTML file."""

    html: str
    height: int

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{markup.escape(self.html, quote=True)}" allow="fullscreen" '
            f'sandbox="allow-scripts allow-downloads" '
            f'style="width: 100%; height: {self.height + 130}px; border: 0"></iframe>'
        )

    def save(self, file: str | File) -> File:
        """Write the page to `file` (".html") and return where."""
        target = File(file)
        target.write_text(self.html, encoding="utf-8")
        return target


def animate(paths: Any, **options: Any) -> Animation:
    """Play paths in a notebook or save them: `ov.animate(ov.trace([...], surface, start, 30))`."""
    return Animation(html(paths, **options), int(options.get("height", 520)))
