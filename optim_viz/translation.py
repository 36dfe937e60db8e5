"""The catalogues of translated words: `translate("English sentence", "ko")`, never a global install."""

import gettext
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "English", "ko": "한국어"}
_LOCALE = Path(__file__).parent / "locale"


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    return gettext.translation("optim_viz", _LOCALE, languages=[lang], fallback=lang not in LANGUAGES or lang == "en")


def translate(message: str, lang: str, **values: object) -> str:
    """`message` in `lang`; a `Text` from the core brings its own template and values."""
    template = getattr(message, "template", message)
    filled = {**getattr(message, "values", {}), **values}
    said = _catalogue(lang).gettext(template) if template else ""
    if not filled:
        return said
    return said.format(**{k: translate(v, lang) if hasattr(v, "template") else v for k, v in filled.items()})
