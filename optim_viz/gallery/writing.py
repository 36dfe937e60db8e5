"""Writes every preset, example and lesson into a folder, all or nothing."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from optim_viz.gallery import pages
from optim_viz.gallery.parts import DRAWN
from optim_viz.gallery.thumbnail import thumbnail
from optim_viz.player.bundle import READ, THEMES, joined, lean
from optim_viz.words import Text

HERE = Path(__file__).parent
OURS = ".optim_viz_gallery"  # the mark of a folder that may be written anew


def write(out: Path, languages: Sequence[str] = ("en", "ko"), app: str = "") -> Iterator[float]:
    """Write the edition into the folder `out`, all of it or nothing; yields the share that is done.

    `app` is the address of a running app, to which the steps of lessons then lead. ValueError where `out` holds
    anything else than an edition made before; OSError where it cannot be written.
    """
    out = Path(os.path.abspath(out))
    if out.exists() and not (out.is_dir() and ((out / OURS).exists() or not any(out.iterdir()))):
        raise ValueError(Text("{folder} holds something else: choose an empty folder, or a new one.", folder=out.name))
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield from _fill(fresh, languages, app)
        fresh.chmod(0o755)
        _replace(out, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _replace(out: Path, fresh: Path) -> None:
    """The new folder in the place of the old one, which is gone for no longer than renaming takes."""
    if not out.exists():
        fresh.rename(out)
        return
    old = fresh.with_name(f"{fresh.name}-old")
    out.rename(old)
    fresh.rename(out)
    shutil.rmtree(old)


def _fill(folder: Path, languages: Sequence[str], app: str) -> Iterator[float]:
    found = pages.entries()
    assets = folder / "assets"
    assets.mkdir()
    code = "\n".join((joined(), READ, _read("gallery.js")))
    _save(assets / "gallery.js", f"(() => {{\n{lean(code)}\n}})();\n")
    _save(assets / "gallery.css", f"{THEMES['auto']}\n{_read('gallery.css')}")
    _save(assets / "front.js", _read("front.js"))
    _save(folder / "index.html", pages.front(languages))
    for lang in languages:
        (folder / lang).mkdir()
        others = [other for other in languages if other != lang]
        _save(folder / lang / "index.html", pages.index(found, lang, others))
    for k, entry in enumerate(found):
        for ending, theme in zip(DRAWN, ("light", "dark"), strict=True):
            if entry.scene:
                (assets / f"{entry.key}{ending}").write_bytes(thumbnail(entry.scene, theme))
        around = found[k - 1] if k else None, found[k + 1] if k + 1 < len(found) else None
        for lang in languages:
            others = [other for other in languages if other != lang]
            _save(folder / lang / f"{entry.key}.html", pages.written(entry, around, lang, others, app))
        yield (k + 1) / len(found)
    _save(folder / OURS, "Made by optim_viz; it may be written anew.\n")


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _save(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")
