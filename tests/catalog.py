"""Keeps the catalogue in step with the words in the code: `python -m tests.catalog` updates and compiles it.

Words come from two places: string literals handed to `t(...)` or `Text(...)`, and the declared facts of
optimizers, surfaces, presets, player and figures.
"""

import ast
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "optim_viz" / "locale"
LANGUAGES = ("ko",)
COMMENT = "# Words of optim_viz in another language. Terms: optim_viz/locale/GLOSSARY.md. Update: make locale."
WHO = "the people of optim_viz"


def sources() -> list[Path]:
    return [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "optim_viz").rglob("*.py"))]


def literals() -> dict[str, str]:
    """msgid -> file it is said in, for every literal handed to `t` or `Text`."""
    found: dict[str, str] = {}
    for file in sources():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            word = node.args[0]
            if name in ("t", "Text") and isinstance(word, ast.Constant) and isinstance(word.value, str):
                found.setdefault(word.value, file.relative_to(ROOT).as_posix())
    return found


def declared() -> dict[str, str]:
    """msgid -> registry, for every fact a page shows that is declared as data."""
    from optim_viz.data import DATASETS
    from optim_viz.figures import TEXTS as FIGURES
    from optim_viz.nn import PARTS
    from optim_viz.optimizers import OPTIMIZERS
    from optim_viz.optimizers.variants import VARIANTS
    from optim_viz.player import TEXTS as PLAYER
    from optim_viz.presets import PRESETS
    from optim_viz.schedules import SCHEDULES
    from optim_viz.surfaces import SURFACES
    from optim_viz.surfaces.gallery import GALLERY

    found: dict[str, str] = {}
    for rule in (*OPTIMIZERS.values(), *VARIANTS.values()):
        for text in (rule.idea, rule.differs, *(h.help for h in rule.hyperparameters())):
            found.setdefault(text, "optimizers")
    for where, parts in (("nn", PARTS), ("schedules", SCHEDULES)):
        for part in parts.values():
            for text in (part.idea, part.differs, *(setting.help for setting in part.settings())):
                found.setdefault(text, where)
    for data in DATASETS.values():
        for text in (data.name, data.teaches, data.target, *data.classes, *(p.help for p in data.parameters)):
            found.setdefault(text, "data")
    for surface in (*SURFACES.values(), *GALLERY.values()):
        for text in (surface.name, surface.teaches):
            found.setdefault(text, "surfaces")
    for preset in PRESETS.values():
        for text in (preset.name, preset.story):
            found.setdefault(text, "presets")
    for where, texts in (("player", PLAYER), ("figures", FIGURES)):
        for text in texts.values():
            found.setdefault(text, where)
    found.pop("", None)
    return found


def msgids() -> dict[str, str]:
    return {**declared(), **literals()}


def read(language: str) -> Catalog:
    file = LOCALE / language / "LC_MESSAGES" / "optim_viz.po"
    return read_po(io.BytesIO(file.read_bytes()), locale=language) if file.exists() else Catalog(locale=language)


def compiled(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def update(language: str) -> list[str]:
    """Rewrites the catalogue with exactly today's msgids; returns those still without a translation."""
    old = read(language)
    new = Catalog(
        language, project="optim_viz", version="1", header_comment=COMMENT, charset="utf-8", fuzzy=False,
        last_translator=WHO, language_team=WHO, msgid_bugs_address="see CONTRIBUTING.md",
    )  # fmt: skip
    new.creation_date = new.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # a date of today would be a change a day
    for text, where in sorted(msgids().items(), key=lambda item: (item[1], item[0])):
        before = old.get(text)
        entry = new.add(text, before.string if before else "", auto_comments=[where])
        entry.flags.discard("python-format")  # Babel takes "1 % of" for one; our placeholders are braces
    folder = LOCALE / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "optim_viz.po").open("wb") as file:
        write_po(file, new, width=0, omit_header=False)
    (folder / "optim_viz.mo").write_bytes(compiled(new))
    return [m.id for m in new if m.id and not m.string]


if __name__ == "__main__":
    missing = {language: update(language) for language in LANGUAGES}
    for language, texts in missing.items():
        print(f"{language}: {len(texts)} without a translation", *texts, sep="\n  ")
    sys.exit(any(missing.values()))
