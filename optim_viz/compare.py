"""What a race shows, as numbers first and as honest sentences second."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optim_viz.trace import Path
from optim_viz.words import Text

CLOSE = 0.01  # share of the loss at the start that counts as "arrived"
OUTCOMES = {
    "diverged": Text("diverged"),
    "growing": Text("moving away"),
    "converged": Text("converged"),
    "still moving": Text("still moving"),
}
HEAD = (Text("Optimizer"), Text("final f"), Text("best f"), Text("distance to the minimum"), Text("steps to 1 %"),
        Text("gradient calls"), Text("outcome"))  # fmt: skip
NOTE = Text("Steps to 1 %: the first step with f − f* at most 1 % of f₀ − f*; a dash where none is, or f* is unknown.")


@dataclass(frozen=True)
class Row:
    """One path in numbers; None where f is undefined at the start, no minimum is known, or none was reached."""

    name: str
    final: float | None
    best: float | None
    distance: float | None
    arrived: int | None
    calls: int
    kind: str
    step: int
    reason: Text
    turns: float


def summary(path: Path) -> Row:
    """Final and best f, distance to the nearest minimum, first step with f − f* <= 1 % of f₀ − f*, calls, outcome."""
    end, surface = path.end, path.surface
    value = path.value[: end + 1]
    where = path.x[end]
    near = surface.minima
    distance = float(np.hypot(*(near - where).T).min()) if len(near) else None
    known = path.outcome.kind != "diverged" or path.outcome.step > 0 or bool(np.isfinite(surface.value(path.x[0])))
    return Row(
        path.name,
        float(value[-1]) if known else None,
        float(value.min()) if known else None,
        distance,
        _arrival(value, surface.minimum_value) if known else None,
        path.calls,
        path.outcome.kind,
        path.outcome.step,
        path.outcome.reason,
        _turns(path.x[: end + 1]),
    )


def cells(row: Row) -> list[str]:
    """What stands under each entry of HEAD; words are `Text`."""
    outcome = OUTCOMES[row.kind]
    if row.kind in ("converged", "diverged"):
        outcome = Text("{outcome}, step {n}", outcome=outcome, n=row.step)
    arrived = "–" if row.arrived is None else str(row.arrived)
    return [row.name, _six(row.final), _six(row.best), _six(row.distance), arrived, str(row.calls), outcome]


def _six(value: float | None) -> str:
    return "–" if value is None else f"{value:.6g}".replace("-", "−")


def _arrival(value: np.ndarray, floor: float | None) -> int | None:
    if floor is None:
        return None
    close = value - floor <= CLOSE * (value[0] - floor)
    return int(close.argmax()) if close.any() else None


def _turns(x: np.ndarray) -> float:
    """Share of steps that reverse direction along the axis that reverses most."""
    moves = np.diff(x, axis=0)
    if len(moves) < 2:
        return 0.0
    return float((moves[1:] * moves[:-1] < 0).mean(axis=0).max())


def reading(rows: Sequence[Row], *, floor: float | None = None, noisy: bool = False) -> list[Text]:
    """Sentences that say what the table says, and no more than it says."""
    said = [_broken(row) for row in rows if row.kind in ("diverged", "growing")]
    alive = sorted((r for r in rows if r.kind not in ("diverged", "growing")), key=lambda r: r.final or 0.0)
    if len(alive) > 1:
        said.append(_order(alive))
        said += [] if noisy else _against_looks(alive)
    said += _arrivals(alive, floor)
    if noisy:
        said.append(Text("The noise is one draw: another seed may change the order."))
    elif len(rows) > 1:
        said.append(Text("One start and one setting each: another rate or surface may change the order."))
    return said


def _broken(row: Row) -> Text:
    if row.kind == "diverged":
        return Text("{name} diverged. {reason}", name=row.name, reason=row.reason)
    return Text("{name} moves away from the minimum. {reason}", name=row.name, reason=row.reason)


def _order(alive: list[Row]) -> Text:
    best, worst = alive[0], alive[-1]
    if f"{best.final:.6g}" == f"{worst.final:.6g}":
        return Text("All end at the same f = {low:.3g}.", low=best.final)
    alike = [row.name for row in alive if f"{row.final:.6g}" == f"{best.final:.6g}"]
    if len(alike) > 1:
        return Text(
            "{names} end lowest alike (f = {low:.3g}), {worst} highest (f = {high:.3g}).",
            names=", ".join(alike), low=best.final, worst=worst.name, high=worst.final,
        )  # fmt: skip
    return Text(
        "{best} ends lowest (f = {low:.3g}), {worst} highest (f = {high:.3g}).",
        best=best.name, low=best.final, worst=worst.name, high=worst.final,
    )  # fmt: skip


def _against_looks(alive: list[Row]) -> list[Text]:
    """A zig-zag that ends lower than smoother paths is worth a sentence: looks and speed differ."""
    rough = next((r for r in alive if r.turns > 0.5), None)
    smoother = [r.name for r in alive[alive.index(rough) + 1 :] if r.turns <= 0.5] if rough else []
    if rough is None or not smoother:
        return []
    return [Text(
        "{name} turns back in {share:.0%} of its steps and still ends lower than {others}: "
        "a pretty path is not a fast one.",
        name=rough.name, share=rough.turns, others=", ".join(smoother),
    )]  # fmt: skip


def _arrivals(alive: list[Row], floor: float | None) -> list[Text]:
    if floor is None or not alive:
        return []
    arrived = sorted((r for r in alive if r.arrived is not None), key=lambda r: r.arrived or 0)
    if not arrived:
        return [Text("None closes 99 % of the gap f₀ − f*.")]
    first = [r.name for r in arrived if r.arrived == arrived[0].arrived]
    said = [Text(
        "First to close 99 % of the gap f₀ − f*: {names}, after {n} steps.",
        names=", ".join(first), n=arrived[0].arrived,
    )]  # fmt: skip
    late = [r.name for r in alive if r.arrived is None]
    if late:
        said.append(Text("Not there in this time: {names}.", names=", ".join(late)))
    return said
