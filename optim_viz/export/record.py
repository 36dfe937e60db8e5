"""Paths as JSON with everything that made them, and back: read as numbers and specs, never as code."""

import json
import math
import platform
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path as File
from typing import Any

import numpy as np

from optim_viz.export.numbers import FACTS, columns, names, single
from optim_viz.optimizers import Optimizer
from optim_viz.outcome import Outcome, far_limit, judge
from optim_viz.spec import from_spec, spec
from optim_viz.surfaces import Surface
from optim_viz.trace import MAX_STEPS, Path
from optim_viz.words import Text

MAX_BYTES = 20_000_000
FORMAT = "optim_viz paths 1"
_KINDS = ("diverged", "growing", "converged", "still moving")
_WORDS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}  # JSON has no numbers for these


@cache
def version() -> str:
    """The version of optim_viz, installed or in a clone."""
    try:
        return metadata.version("optim-viz")
    except metadata.PackageNotFoundError:
        file = File(__file__).parents[2] / "pyproject.toml"
        return str(tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"])


def to_json(paths: Path | Sequence[Path], labels: Sequence[str] | None = None) -> str:
    """The paths with their optimizers, surface, seed and versions; every number as its shortest exact decimal.

    A surface or a schedule that is Python code is named only, and `read_json` refuses a file with such a surface.
    """
    many = single(paths)
    head = {
        "format": FORMAT,
        "versions": {"optim_viz": version(), "numpy": np.__version__, "python": platform.python_version()},
        "surface": _plain(many[0].surface),
    }
    rows = [_row(*pair) for pair in zip(many, names(many, labels), strict=True)]
    return json.dumps({**head, "paths": rows}, allow_nan=False)


def _plain(thing: Any) -> Any:
    try:
        return json.loads(spec(thing))
    except ValueError:
        return {"name": str(getattr(thing, "name", "") or getattr(thing, "__name__", "") or type(thing).__name__)}


def _row(path: Path, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "optimizer": _plain(path.optimizer),
        "steps": len(path.value) - 1,
        "noise": path.noise,
        "seed": path.seed,
        "schedule": _plain(path.schedule),
        "outcome": {"kind": str(path.outcome.kind), "step": int(path.outcome.step), "reason": str(path.outcome.reason)},
        "calls": path.calls,
        "dtype": str(path.x.dtype),
        "columns": {key: [_number(v) for v in values.tolist()] for key, values in columns(path).items()},
    }


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def read_json(text: str | bytes) -> list[Path]:
    """The paths `to_json` wrote; ValueError with one sentence for a text that is too long, damaged or made up."""
    if not isinstance(text, str | bytes) or len(text) > MAX_BYTES:
        raise ValueError(Text("A file of saved paths is text of at most {limit:g} MB.", limit=MAX_BYTES / 1e6))
    try:
        data = json.loads(text, parse_constant=_refuse)
        _need(data["format"] == FORMAT and data["paths"])
        surface = from_spec(json.dumps(data["surface"]))
        _need(isinstance(surface, Surface))
        return [_path(row, surface) for row in data["paths"]]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, OverflowError) as error:
        if isinstance(error, ValueError) and error.args and isinstance(error.args[0], Text):
            raise
        raise ValueError(Text("This is not a file of saved paths, or it is damaged.")) from None


def _refuse(_: str) -> None:
    raise ValueError


def _need(true: Any) -> None:
    if not true:
        raise ValueError


def _whole(value: Any, most: int) -> int:
    _need(type(value) is int and 0 <= value <= most)
    return value


def _real(value: Any) -> float:
    _need(type(value) in (int, float) and 0 <= value < math.inf)
    return float(value)


def _seed(value: Any) -> int | None:
    return None if value is None else _whole(value, 2**128)


def _schedule(data: Any) -> Any:
    if data is None or "class" not in data:  # a function: known by its name only
        return None
    schedule = from_spec(json.dumps(data))
    _need(hasattr(schedule, "follow"))
    return schedule


def _path(row: dict[str, Any], surface: Surface) -> Path:
    steps = _whole(row["steps"], MAX_STEPS)
    run = {"noise": _real(row["noise"]), "seed": _seed(row["seed"]), "schedule": _schedule(row["schedule"])}
    rule, kind = from_spec(json.dumps(row["optimizer"])), row["outcome"]["kind"]
    step, dtype = _whole(row["outcome"]["step"], steps), row["dtype"]
    _need(isinstance(rule, Optimizer) and kind in _KINDS and dtype in ("float64", "float32"))
    keys = list(rule.init(np.zeros(2)))
    heads = [*FACTS, *(f"{key}.{axis}" for key in keys for axis in "xy")]
    table = row["columns"]
    _need(list(table) == heads and 0 < len(table["x"]) <= steps + 1)
    values = np.array([_column(table[head], len(table["x"]), k >= len(FACTS)) for k, head in enumerate(heads)], dtype)
    held = np.ascontiguousarray(values[:, np.minimum(np.arange(steps + 1), values.shape[1] - 1)].T)
    x, f, gradient = held[:, :2].copy(), held[:, 2].copy(), held[:, 3:5].copy()
    state = {key: held[:, 5 + 2 * k : 7 + 2 * k].copy() for k, key in enumerate(keys)}
    end = values.shape[1] - 1
    _need(end == steps or kind == "diverged")
    told = [_reason(rule, surface, x, f, gradient, lost) for lost in _lost(surface, x, step, end, kind == "diverged")]
    reason = next((sentence for sentence in told if sentence == row["outcome"]["reason"]), told[0])
    outcome = Outcome(kind, step, reason)
    return Path(rule, surface, x, f, gradient, state, _whole(row["calls"], 10**9), end, outcome, **run)


def _column(values: Any, rows: int, free: bool) -> list[float]:
    """Numbers as JSON has them; a state may have outgrown float64 and say so in words."""
    _need(isinstance(values, list) and len(values) == rows)
    found = [_WORDS[v] if free and isinstance(v, str) else v for v in values]
    _need(all(type(v) is float or type(v) is int for v in found))
    _need(free or all(map(math.isfinite, found)))
    return [float(v) for v in found]


def _lost(surface: Surface, x: np.ndarray, step: int, end: int, diverged: bool) -> list[dict[int, Any]]:
    """What may have stood in the row that ended a path, which is not in the file: row -> point, most likely first."""
    if not diverged:
        return [{}]
    if step <= end:
        return [{step: x[step]}]
    return [{step: np.sum(far_limit(surface), axis=0) * 2}, {step: np.full(2, np.nan)}]


def _reason(rule, surface, x, f, gradient, lost: dict[int, Any]) -> Text:
    """Said again from the numbers: a sentence in a file could say anything."""
    f, x = f.copy(), x.copy()
    for row, point in lost.items():
        x[row], f[row] = point, np.nan
    return judge(rule, surface, x, f, gradient)[0].reason
