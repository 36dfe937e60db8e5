"""What a page's link can hold: its controls are found by opening and moving them, as a curious person would."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.load.session import Session
from tests.load.wire import Widget

SILENT = ("button", "bidi_component", "expandable", "popover")  # no value of theirs is in a link
EVERYWHERE = ("lang", "lesson", "hide", "present", "embed", "answers")  # parameters of every page
TEXTS = {"f": "a*x^2 + b*y^2"}  # a formula whose letters bring sliders
MOST_OPTIONS = 60

Query = dict[str, list[str]]


@dataclass
class Reach:
    """A page: the links at which other controls appear, and for each parameter the link under which it is shown."""

    links: list[Query] = field(default_factory=list)
    parameters: dict[str, Query] = field(default_factory=dict)


def parameter(widget: Widget) -> str:
    """The name under which a control would be in the link; "" for those that never are."""
    return "" if widget.kind in SILENT else widget.query_key or widget.key


def written(query: Query) -> str:
    """A query string."""
    return urlencode(query, doseq=True)


async def unfold(session: Session) -> list[str]:
    """Open every box that makes its contents only when open; returns what alerts said on the way."""
    said = []
    for _ in range(3):  # boxes in boxes
        closed = [w for w in session.widgets if w.kind in ("expandable", "popover") and not session.value(w.key)]
        for box in closed:
            await session.set(box.key, True)
            said += session.kinds("alert")
        if not closed:
            break
    return said


async def explore(url: str, page: str, views: bool = False) -> Reach:
    """Move every choice of the page to every option, and those that appear by it too; only `views` where asked.

    AssertionError for an exception on the way.
    """
    reach = Reach()
    waiting: list[tuple[Query, set[str] | None]] = [({"lang": ["en"]}, None)]
    while waiting:
        link, controls = waiting.pop(0)
        async with await Session.open(url, written(link), page) as session:
            await unfold(session)
            fresh = _noted(session, reach, link)
            for name, value in list(_moves(session, fresh if controls is None else controls, views)):
                if name not in {w.key for w in session.widgets}:
                    continue  # an earlier move has taken it away
                await session.set(name, value)
                await unfold(session)
                new = _noted(session, reach, session.query)
                if new:
                    waiting.append((dict(session.query), new))
    return reach


def _noted(session: Session, reach: Reach, link: Query) -> set[str]:
    """Write down what this state of the page has that no other had; returns the new parameters."""
    assert session.exceptions == [], (link, session.exceptions)
    new = {name for w in session.widgets if (name := parameter(w))} - set(reach.parameters)
    if new:
        reach.links.append(dict(link))
    for name in new:
        reach.parameters[name] = {key: value for key, value in link.items() if key != name}
    return new


def _moves(session: Session, controls: set[str], views: bool) -> Iterator[tuple[str, Any]]:
    """Where to move the given controls: choices to each option, numbers to the last, switches over."""
    for widget in session.widgets:
        name = parameter(widget)
        if name not in controls or name == "lang" or widget.disabled:
            continue
        if widget.kind in ("radio", "button_group", "selectbox", "multiselect"):
            if not views or name.partition(".")[2] == "view" or name == "view":
                yield from _options(widget, session.value(widget.key))
        elif not views and widget.kind == "select_slider":
            yield widget.key, [widget.options[-1]]
        elif not views and widget.kind == "checkbox":
            yield widget.key, not session.value(widget.key)
        elif not views and name in TEXTS:
            yield widget.key, TEXTS[name]


def _options(widget: Widget, now: Any) -> Iterator[tuple[str, Any]]:
    several = widget.kind == "multiselect" or (widget.kind == "button_group" and len(now or []) > 1)
    if several:
        yield widget.key, list(widget.options)
        return
    for option in widget.options[:MOST_OPTIONS]:
        yield widget.key, [option] if widget.kind == "button_group" else option
