"""Widgets as the wire shows them: what an element offers, and the state a browser would send back for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.Block_pb2 import Block
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState

# Element kind -> the field of WidgetState that carries its value.
VALUE_FIELDS = {
    "bidi_component": "json_value",
    "button": "trigger_value",
    "button_group": "string_array_value",
    "checkbox": "bool_value",
    "color_picker": "string_value",
    "expandable": "bool_value",
    "multiselect": "string_array_value",
    "number_input": "double_value",
    "popover": "bool_value",
    "radio": "string_value",
    "select_slider": "string_array_value",
    "selectbox": "string_value",
    "slider": "double_array_value",
    "text_area": "string_value",
    "text_input": "string_value",
}


@dataclass(frozen=True)
class Widget:
    """One control on the page; `options` are the labels a person sees, `default` and `value` are wire values."""

    id: str
    key: str
    kind: str
    label: str
    options: tuple[str, ...]
    default: Any
    value: Any
    fragment: str = ""
    query_key: str = ""
    disabled: bool = False
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    forced: bool = field(default=False, compare=False)

    def state(self, value: Any) -> WidgetState:
        """The message a browser sends for `value`."""
        state = WidgetState(id=self.id)
        name = VALUE_FIELDS[self.kind]
        if name.endswith("array_value"):
            getattr(state, name).data.extend(value if isinstance(value, (list, tuple)) else [value])
        else:
            setattr(state, name, value)
        return state


def widget_of(delta: Delta) -> Widget | None:
    """Read a control from a delta; None for elements that are not controls.

    A box that makes its contents only when open is a control, too; closed until it is set to True.
    """
    element: Element | Block = delta.add_block if delta.WhichOneof("type") == "add_block" else delta.new_element
    kind = element.WhichOneof("type") or ""
    if kind not in VALUE_FIELDS:
        return None
    proto = getattr(element, kind)
    if not proto.id:
        return None
    if kind == "slider" and proto.type == Slider.SELECT_SLIDER:
        kind = "select_slider"
    default, value = _values(kind, proto)
    forced = bool(getattr(proto, "set_value", False))
    _, _, key = proto.id.split("-", 2) if proto.id.count("-") >= 2 else ("", "", proto.id)
    return Widget(
        id=proto.id,
        key="" if key == "None" else key,
        kind=kind,
        label=getattr(proto, "label", ""),
        options=_labels(kind, proto),
        default=default,
        value=value if forced else default,
        fragment=delta.fragment_id,
        query_key=getattr(proto, "query_param_key", ""),
        disabled=bool(getattr(proto, "disabled", False)),
        low=float(getattr(proto, "min", 0.0)),
        high=float(getattr(proto, "max", 0.0)),
        step=float(getattr(proto, "step", 0.0)),
        forced=forced,
    )


def _labels(kind: str, proto: Any) -> tuple[str, ...]:
    if kind == "button_group":
        return tuple(f"{o.content_icon} {o.content}".strip() for o in proto.options)
    return tuple(getattr(proto, "options", ()))


def _values(kind: str, proto: Any) -> tuple[Any, Any]:
    """The default and the value set by the script, both as sent on the wire (None: nothing is sent)."""
    match kind:
        case "select_slider" | "button_group" | "multiselect":
            labels = _labels(kind, proto)
            raw = proto.raw_value if kind == "select_slider" else proto.raw_values
            return [labels[int(i)] for i in proto.default], list(raw)
        case "slider":
            return list(proto.default), list(proto.value)
        case "selectbox" | "radio":
            chosen = proto.options[proto.default] if _has(proto, "default") and proto.options else None
            return chosen, proto.raw_value if _has(proto, "raw_value") else None
        case "button" | "bidi_component" | "expandable" | "popover":
            return None, None
        case _:
            return (proto.default if _has(proto, "default") else None), proto.value


def _has(proto: Any, name: str) -> bool:
    field = proto.DESCRIPTOR.fields_by_name[name]
    return not field.has_presence or proto.HasField(name)


def other_value(widget: Widget, current: Any, turn: int) -> Any:
    """A value of `widget` that differs from `current`; successive turns walk through the choices."""
    if widget.kind == "checkbox":
        return not current
    if widget.options:
        rest = [label for label in widget.options if not _same(label, current)]
        chosen = rest[turn % len(rest)]
        return chosen if widget.kind in ("selectbox", "radio") else [chosen]
    count = max(1, round((widget.high - widget.low) / (widget.step or 1.0)))
    now = round((float(_first(current)) - widget.low) / (widget.step or 1.0))
    return [widget.low + (widget.step or 1.0) * ((now + 1 + turn % count) % (count + 1))]


def _same(label: str, current: Any) -> bool:
    return label == (_first(current) if isinstance(current, Sequence) and not isinstance(current, str) else current)


def _first(value: Any) -> Any:
    return (value[0] if value else None) if isinstance(value, (list, tuple)) else value
