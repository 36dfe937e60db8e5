"""What a player shows as tables, read back from its message."""

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from optim_viz.export.numbers import names as told
from optim_viz.export.tables import Table


def tables(message: bytes, texts: Mapping[str, str], axes: tuple[str, str] = ("x", "y")) -> list[Table]:
    """The loss of every path or curve by the step, where it was, and the charts beside it; of a film its last frame.

    `texts` are the player's words in the reader's language.
    """
    size = struct.unpack_from("<I", message)[0]
    header = json.loads(message[4 : 4 + size])
    numbers = iter(np.frombuffer(message, "<f4", offset=4 + size).astype(float).tolist())
    take = lambda count: [next(numbers) for _ in range(count)]  # noqa: E731
    names, steps = [one["name"] for one in header["series"]], _steps(header, texts)
    parts = ("loss",) if "film" in header else ("x", "y", "loss")
    read = [{part: take(one["count"]) for part in parts} for one in header["series"]]
    floor = header["floor"] or 0.0
    losses = [[value + floor for value in one["loss"]] for one in read]
    found = [_by_step(texts["film_loss" if "film" in header else "loss"], steps, names, losses)] if any(losses) else []
    if "film" in header:
        return [*found, *_film(header["film"], names, axes, take, steps)]
    places = [[f"({x:.4g}, {y:.4g})" for x, y in zip(one["x"], one["y"], strict=True)] for one in read]
    found.append(_by_step(f"({axes[0]}, {axes[1]})", steps, names, places))
    for chart in header["charts"]:
        if "series" in chart:
            lines = [(names[line["path"]], take(line["count"])) for line in chart["series"]]
            found.append(_by_step(chart["title"], steps, [name for name, _ in lines], [row for _, row in lines]))
    return found


def _steps(header: Mapping[str, Any], texts: Mapping[str, str]) -> tuple[str, list[Any]]:
    marks = header.get("marks") or [k * header.get("unit", 1) for k in range(header["steps"] + 1)]
    return texts["step_axis"], marks


def _by_step(caption: str, steps: tuple[str, list[Any]], names: list[str], rows: list[list[Any]]) -> Table:
    word, marks = steps
    whole = [row + [None] * (len(marks) - len(row)) for row in rows]
    return Table(caption, (word, *told((), names)), tuple(zip(marks, *whole, strict=False)))


def _film(
    film: Mapping[str, Any], names: list[str], axes: tuple[str, str], take: Any, steps: tuple[str, list[Any]]
) -> Iterator[Table]:
    x = take(film["n"])
    last = [take(film["frames"] * film["n"])[-film["n"] :] for _ in names]
    gaps = [[None if np.isnan(value) else value for value in curve] for curve in last]
    yield Table(f"{axes[1]} ({steps[0]} {steps[1][-1]:g})", (axes[0], *names), tuple(zip(x, *gaps, strict=True)))
    if film["count"]:
        flat = take(2 * film["count"])
        yield Table("", axes, tuple(zip(flat[::2], flat[1::2], strict=True)))
