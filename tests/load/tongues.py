"""Sessions in both languages at once: no words of the other language may reach anybody."""

import asyncio
import gettext
import random
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import optim_viz
from tests.load.crowd import Plan, Record, change
from tests.load.session import Session

OWN_NAME = "한국어"  # a language is called by its own name
_HANGUL = re.compile("[가-힣]")
_LONG = 20  # letters: a shorter sentence may well stand inside another one
_CATALOG = Path(optim_viz.__file__).parent / "locale" / "ko" / "LC_MESSAGES" / "optim_viz.mo"


async def tongues(url: str, count: int, plan: Plan) -> tuple[list[str], Record]:
    """Every second of `count` sessions in Korean, all at once for `plan.seconds`; the words that were wrong."""
    record, heard = Record(), {"en": set[str](), "ko": set[str]()}
    await asyncio.gather(*(_speaker(url, plan, number, heard, record) for number in range(count)))
    return [f"{lang}: {text}" for lang, texts in heard.items() for text in foreign(texts, lang)], record


async def _speaker(url: str, plan: Plan, number: int, heard: dict[str, set[str]], record: Record) -> None:
    page, dice, lang = plan.pages[number // 2 % len(plan.pages)], random.Random(number), ("en", "ko")[number % 2]
    try:
        async with await Session.open(url, f"lang={lang}", page) as session:
            end = asyncio.get_running_loop().time() + plan.seconds
            while True:
                heard[lang].update(session.texts)
                record.merge(session.exceptions, page)
                if asyncio.get_running_loop().time() > end:
                    return
                await change(session, plan, dice, record, page)
                await asyncio.sleep(plan.every * dice.random())
    except Exception as error:  # one person's trouble must neither stop the others nor go unseen
        record.merge([f"{type(error).__name__}: {error}"], page)


def foreign(texts: Iterable[str], lang: str) -> list[str]:
    """What in these texts is said in the other language, as far as the catalogue can tell."""
    if lang == "en":
        return sorted(text for text in texts if _HANGUL.search(text.replace(OWN_NAME, "")))
    exact, inside = _english()
    texts = list(texts)
    lines = {line.strip(" -*|") for text in texts for line in re.split(r"\n|\|", text)}
    together = "\n".join(texts)
    return sorted((lines & exact) | {text for text in inside if text in together})


@cache
def _english() -> tuple[set[str], set[str]]:
    """The English sentences that are others in Korean; of them, or of their fixed parts, those that are long."""
    with _CATALOG.open("rb") as file:
        words = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    pairs = {said: told for said, told in words.items() if isinstance(said, str) and said and said != told}
    parts = {part: told for said, told in pairs.items() for part in re.split(r"\{[^}]*\}", said)}
    long = {part for part, told in parts.items() if len(re.findall("[a-z]", part)) >= _LONG and part not in told}
    return {said for said in pairs if "{" not in said and " " in said}, long  # single words may be names
