"""A browser without a screen: it speaks Streamlit's own protocol over a websocket and remembers the page."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.load.wire import Widget, widget_of

RUN_SECONDS = 60.0


@dataclass(frozen=True)
class Page:
    """One entry of the navigation."""

    path: str
    title: str
    hash: str
    is_default: bool


class Session:
    """One person with the app open; `await Session.open(url)`, then `set`, `visit`, `close`."""

    def __init__(self, socket: ClientConnection, url: str, query: str, locale: str, color_scheme: str):
        self._socket, self._url = socket, url
        self._context = {"locale": locale, "color_scheme": color_scheme, "timezone": "UTC", "timezone_offset": 0}
        self.query: dict[str, list[str]] = parse_qs(query.lstrip("?"), keep_blank_values=True)
        self._raw = query.lstrip("?")  # a browser sends a link as it stands
        self.pages: list[Page] = []
        self.page = ""
        self.failures: list[str] = []
        self.finished: int | None = None
        self.received = 0
        self.cached = 0
        self._elements: dict[tuple[int, ...], Delta] = {}
        self._seen: set[tuple[int, ...]] = set()
        self._states: dict[str, Any] = {}
        self._cache: dict[str, tuple[ForwardMsg, int]] = {}
        self._runs = 0

    @classmethod
    async def open(
        cls, url: str, query: str = "", page: str = "", locale: str = "en-US", color_scheme: str = "light"
    ) -> Self:
        """Connect to the app at `url` and wait for the first run of `page` (a url path; "" is the default page)."""
        address = f"ws://{urlsplit(url).netloc}{urlsplit(url).path.rstrip('/')}/_stcore/stream"
        socket = await connect(
            address,
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            compression=None,
            proxy=None,
            ping_interval=None,
        )
        self = cls(socket, url, query, locale, color_scheme)
        await self._rerun(page_name=page)
        return self

    async def close(self) -> None:
        """Close the tab."""
        await self._socket.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def widgets(self) -> list[Widget]:
        """The controls on the page now, in the order of the page."""
        return [w for _, delta in sorted(self._elements.items()) if (w := widget_of(delta))]

    def widget(self, name: str) -> Widget:
        """The control with this key, or else this label; KeyError when there is none."""
        for attribute in ("key", "label"):
            for widget in self.widgets:
                if getattr(widget, attribute) == name:
                    return widget
        raise KeyError(f"no control {name!r}; there are {[w.key or w.label for w in self.widgets]}")

    def value(self, name: str) -> Any:
        """The wire value of a control now."""
        return self._states.get(self.widget(name).id)

    async def set(self, name: str, value: Any) -> None:
        """Move a control to a wire value (labels for choices) and wait for the run this starts."""
        widget = self.widget(name)
        self._states[widget.id] = value
        if widget.query_key:
            self._write_query(widget, value)
        await self._rerun(fragment=widget.fragment)

    async def press(self, name: str) -> None:
        """Press a button and wait for the run this starts."""
        widget = self.widget(name)
        await self._rerun(fragment=widget.fragment, extra=widget)

    async def begin(self, name: str) -> None:
        """Press a button whose run may take long, and come back at once: `listen` while it is under way."""
        await self._ask(extra=self.widget(name))

    async def listen(self, seconds: float) -> bool:
        """Take in what comes for so many seconds; True as soon as the run is over."""
        try:
            async with asyncio.timeout(seconds):
                while not await self._finish():
                    pass
        except TimeoutError:
            return False
        return True

    async def rerun(self) -> None:
        """Run the page again with nothing changed."""
        await self._rerun()

    async def visit(self, path: str) -> None:
        """Go to a page of the navigation by its url path."""
        self.page = next(p.hash for p in self.pages if p.path == path)
        await self._rerun()

    @property
    def exceptions(self) -> list[str]:
        """Exceptions shown on the page, and failures the server reported for the run."""
        shown = [
            f"{d.new_element.exception.type}: {d.new_element.exception.message}"
            for d in self._elements.values()
            if d.new_element.WhichOneof("type") == "exception" and not d.new_element.exception.is_warning
        ]
        return shown + self.failures

    @property
    def texts(self) -> list[str]:
        """Every piece of text in the messages of the page now, without ids and machine words."""
        return [text for _, delta in sorted(self._elements.items()) for text in _strings(delta)]

    def kinds(self, kind: str) -> list[str]:
        """The texts of the elements of one kind, such as "alert"."""
        parts = (delta.new_element for _, delta in sorted(self._elements.items()))
        return [text for part in parts if part.WhichOneof("type") == kind for text in _strings(part)]

    @property
    def rendered(self) -> list[str]:
        """The pieces of text that the browser renders as Markdown, HTML or LaTeX."""
        parts = [d.add_block if d.WhichOneof("type") == "add_block" else d.new_element
                 for _, d in sorted(self._elements.items())]  # fmt: skip
        return [text for part in parts if part.WhichOneof("type") not in _PLAIN for text in _strings(part)]

    async def _rerun(self, page_name: str = "", fragment: str = "", extra: Widget | None = None) -> None:
        await self._ask(page_name, fragment, extra)
        async with asyncio.timeout(RUN_SECONDS):
            while not await self._finish():
                pass

    async def _ask(self, page_name: str = "", fragment: str = "", extra: Widget | None = None) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self._raw or urlencode(self.query, doseq=True)
        self._raw = ""
        state.page_script_hash, state.page_name, state.fragment_id = self.page, page_name, fragment
        for name, value in self._context.items():
            setattr(state.context_info, name, value)
        state.context_info.url = self._url
        state.cached_message_hashes.extend(self._cache)
        by_id = {w.id: w for w in self.widgets}
        for id_, value in self._states.items():
            if value is not None and id_ in by_id:
                state.widget_states.widgets.append(by_id[id_].state(value))
        if extra:
            state.widget_states.widgets.append(extra.state(True))
        self.received, self.cached, self.failures, self.finished = 0, 0, [], None
        await self._socket.send(message.SerializeToString())

    async def _finish(self) -> bool:
        """Take in one message; True when the run is over."""
        data = await self._socket.recv()
        assert isinstance(data, bytes)
        self.received += len(data)
        message = ForwardMsg.FromString(data)
        match message.WhichOneof("type"):
            case "delta" | "ref_hash":
                self._take_delta(message)
            case "new_session":
                self._seen.clear()
                self.page = message.new_session.page_script_hash
            case "navigation":
                self._take_navigation(message)
            case "page_info_changed":
                self.query = parse_qs(message.page_info_changed.query_string, keep_blank_values=True)
            case "page_not_found":
                self.failures.append(f"page not found: {message.page_not_found.page_name}")
            case "session_event" if message.session_event.WhichOneof("type") == "script_compilation_exception":
                self.failures.append(message.session_event.script_compilation_exception.message)
            case "script_finished" if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self._end_run(message)
                return True
        return False

    def _take_delta(self, message: ForwardMsg) -> None:
        path = tuple(message.metadata.delta_path)
        if message.WhichOneof("type") == "ref_hash":
            self.cached += 1
            message, _ = self._cache[message.ref_hash]
        if message.metadata.cacheable:
            self._cache[message.hash] = (message, self._runs)
        self._elements[path] = message.delta
        self._seen.add(path)

    def _take_navigation(self, message: ForwardMsg) -> None:
        self.pages = [
            Page(p.url_pathname, p.page_name, p.page_script_hash, p.is_default) for p in message.navigation.app_pages
        ]
        self.page = message.navigation.page_script_hash

    def _end_run(self, message: ForwardMsg) -> None:
        """Drop what the run did not draw again, and give new controls their values, as the browser does."""
        self.finished = message.script_finished
        self._runs += 1
        fragments = set(message.metadata.run.fragment_ids)
        for path in set(self._elements) - self._seen:
            if not fragments or self._elements[path].fragment_id in fragments:
                del self._elements[path]
        # The server keeps a sent message for the browser two runs long (global.maxCachedMessageAge).
        self._cache = {h: (m, run) for h, (m, run) in self._cache.items() if self._runs - run <= 2}
        before, self._states = self._states, {}
        for widget in self.widgets:
            new = widget.forced or widget.id not in before
            self._states[widget.id] = widget.value if new else before[widget.id]
            if widget.forced and widget.query_key and widget.value is not None:
                self._write_query(widget, widget.value)

    def _write_query(self, widget: Widget, value: Any) -> None:
        values = [value] if isinstance(value, (str, bool, int, float)) else list(value)
        if value == widget.default:
            self.query.pop(widget.query_key, None)
        else:
            self.query[widget.query_key] = [_in_query(v) for v in values]


def _in_query(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


# Fields that hold ids, code for the browser or names for machines: no person reads them.
_MACHINE = {
    "id", "form_id", "fragment_id", "query_param_key", "js_content", "css_content", "html_content", "component_name",
    "theme", "config", "spec", "json", "element_type", "anchor", "page_script_hash", "language", "icon",
    "content_icon", "format", "divider", "element_id", "active_script_hash", "url", "tag", "deferred_file_id",
}  # fmt: skip

_PLAIN = {"code", "text", "text_area", "text_input"}  # show a person's text as it is


def _strings(message: Message) -> Iterator[str]:
    for descriptor, value in message.ListFields():
        if descriptor.name in _MACHINE:
            continue
        values = value if descriptor.is_repeated else [value]
        for item in values:
            if isinstance(item, str) and item and not item.startswith("<style"):
                yield item
            elif isinstance(item, Message):
                yield from _strings(item)
