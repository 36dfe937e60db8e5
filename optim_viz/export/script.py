"""The code that makes paths again with optim_viz, to the last digit."""

import re
from collections.abc import Sequence
from typing import Any

from optim_viz.export.numbers import single
from optim_viz.surfaces import SURFACES, Surface
from optim_viz.trace import Path
from optim_viz.words import Text


def notebook_code(paths: Path | Sequence[Path]) -> str:
    """Python that traces the same paths; ValueError where they are of several runs, or the surface is made of data."""
    many = one_run(paths)
    first = many[0]
    rules = "".join(f"    ov.{path.optimizer!r},\n" for path in many)
    lines = ["import optim_viz as ov", "", f"surface = {surface_code(first.surface)}"]
    lines += [f"paths = ov.trace([\n{rules}], surface, {_run(first)})", "ov.animate(paths)", ""]
    return "\n".join(lines)


def one_run(paths: Path | Sequence[Path]) -> list[Path]:
    """The paths as a list; ValueError unless one call of `trace` could have made them all."""
    many = single(paths)
    if len({repr((start_of(p), len(p.value), p.noise, p.seed if p.noise else 0, p.schedule)) for p in many}) > 1:
        raise ValueError(Text("These paths are from runs that differ in more than the optimizer."))
    return many


def _run(path: Path) -> str:
    said = f"start={start_of(path)!r}, steps={len(path.value) - 1}"
    if path.noise:
        said += f", noise={path.noise!r}, seed={seed_of(path)}"
    if path.schedule is not None:
        said += f", schedule={_schedule(path.schedule)}"
    return said


def _schedule(schedule: Any) -> str:
    if not hasattr(schedule, "follow"):
        return _named(schedule, "schedule")
    return re.sub(r"\b([A-Z]\w*)\(", r"ov.schedules.\1(", repr(schedule))  # one may hold another: WarmUp(then=...)


def _named(function: Any, otherwise: str) -> str:
    """What the reader calls a function of their own; a lambda has no name."""
    name = getattr(function, "__name__", "")
    return name if name.isidentifier() else otherwise


def start_of(path: Path) -> tuple[float, float]:
    x, y = path.x[0].tolist()
    return x, y


def seed_of(path: Path) -> int:
    if path.seed is None:
        raise ValueError(Text("Noise from a generator cannot be made again: give trace a seed."))
    return path.seed


def surface_code(surface: Any) -> str:
    """Python for a surface: the catalogue's entry with what was changed, where it is one, else the whole record."""
    if not isinstance(surface, Surface):
        raise ValueError(Text("Code can be given for a surface that is a formula; this one is made of data."))
    if type(surface) is not Surface:  # the reader has the function: the code names it
        fields = surface.fields()
        said = ", ".join([_named(fields.pop("function"), "f"), *(f"{k}={v!r}" for k, v in fields.items())])
        return f"ov.Surface.from_function({said})  # your own function"
    known = SURFACES.get(surface.name)
    if known is None:
        return f"ov.{surface!r}"
    usual = known.fields()
    changed = {key: value for key, value in surface.fields().items() if usual.get(key) != value}
    if not set(changed) <= {"x", "y", "start", *known.parameters} or known.replace(**changed) != surface:
        return f"ov.{surface!r}"
    arguments = ", ".join(f"{k}={v!r}" for k, v in changed.items())
    return f"ov.SURFACES[{surface.name!r}]" + (f".replace({arguments})" if changed else "")
