"""A graph of operations as a drawing: values in blue on the way there, derivatives in orange on the way back."""

from functools import lru_cache
from itertools import pairwise
from statistics import mean

from optim_viz.figures.svg import Drawing
from optim_viz.labs.backprop.knots import Graph, Knot, Run
from optim_viz.labs.backprop.written import Step, named, short

_BOX, _TALL, _ROW, _EDGE, _TOP, _BOW = 92, 66, 88, 12, 28, 84
_FEW, _WIDE, _NARROW = 5, 168, 150  # so many columns are wide apart, more of them are not
_OVER = 0.45  # rows
Place = tuple[float, float]


@lru_cache(64)
def places(graph: Graph) -> tuple[Place, ...]:
    """The column and row of each knot: letters just before their first use, operations after their inputs."""
    column = [0] * len(graph.knots)
    for k in graph.operations:
        column[k] = 1 + max(column[i] for i in graph.knots[k].inputs)
    for k in range(len(graph.letters)):
        column[k] = min(column[user] for user in graph.users(k)) - 1
    row = _rows(graph)
    for at in range(1, max(column) + 1):
        together = sorted((k for k in range(len(row)) if column[k] == at), key=lambda k: row[k])
        for before, after in pairwise(together):
            row[after] = max(row[after], row[before] + 1)
    low = min(row)
    spots = tuple((c, r - low) for c, r in zip(column, row, strict=True))
    ways = [(i, k) for k in graph.operations for i in graph.knots[k].inputs if _bowed(spots, i, k)]
    room = max((_OVER - min(spots[i][1], spots[k][1]) for i, k in ways), default=0)  # above, for what leads over boxes
    return tuple((c, r + max(room, 0)) for c, r in spots)


def _rows(graph: Graph) -> list[float]:
    """Letters in the order in which the last operation meets them, each operation in the middle of its inputs."""
    order: list[int] = []
    stack = [len(graph.knots) - 1]
    while stack:
        k = stack.pop()
        if graph.knots[k].op is None:
            order += [k] if k not in order else []
        stack.extend(reversed(graph.knots[k].inputs))
    row = [0.0] * len(graph.knots)
    for at, k in enumerate(order):
        row[k] = at
    for k in graph.operations:
        row[k] = mean(row[i] for i in graph.knots[k].inputs)
    return row


def frame(graph: Graph, run: Run, steps: tuple[Step, ...], at: int) -> str:
    """The drawing of one step, with all that the steps before it have found."""
    now, done = steps[at], steps[: at + 1]
    columns, rows = (max(spot) for spot in zip(*places(graph), strict=True))
    pitch = _WIDE if columns < _FEW else _NARROW
    spots = tuple((_EDGE + _BOX / 2 + pitch * c, _TOP + _TALL / 2 + _ROW * r) for c, r in places(graph))
    drawing = Drawing(2 * _EDGE + pitch * columns + _BOX + 34, _TOP + _ROW * rows + _TALL + _EDGE)
    known = {*range(len(graph.letters)), *(step.knot for step in done if step.phase == "forward")}
    back = {step.knot for step in done if step.phase == "back"}
    for k in graph.operations:
        for number in range(len(graph.knots[k].inputs)):
            rise = _BOW if _bowed(places(graph), graph.knots[k].inputs[number], k) else 0
            _edge(drawing, graph, run, spots, k, number, now, k in back, rise)
    told = _told(graph, now, back, any(step.phase == "turn" for step in done))
    for k, knot in enumerate(graph.knots):
        _box(drawing, knot, spots[k], run, k, k in known, k in told, now)
    x, y = spots[-1]
    drawing.line(x + _BOX / 2, y, x + _BOX / 2 + 14, y, "soft").text(x + _BOX / 2 + 24, y, "f", "bold", 17)
    return str(drawing.look(spots[now.knot][0]))


def _told(graph: Graph, now: Step, back: set[int], turned: bool) -> set[int]:
    """The knots whose derivative has got all its parts."""
    whole = {k for k in range(len(graph.knots)) if back.issuperset(graph.users(k)) and graph.users(k)}
    return whole | ({graph.operations[-1]} if turned else set())


def _box(
    drawing: Drawing, knot: Knot, spot: Place, run: Run, k: int, known: bool, told: bool, now: Step
) -> None:  # fmt: skip
    """Sign or letter, value and derivative under each other, as far as they are known."""
    x, y = spot
    here = now.knot == k and now.phase != "start"
    color = "b" if here and now.phase in ("turn", "back") else "a" if here else "soft"
    kind = f"{color} thick" if here else color if known else f"{color} faint"
    drawing.rect(x - _BOX / 2, y - _TALL / 2, _BOX, _TALL, kind, radius=10 if knot.op else 33)
    if knot.op is not None:
        drawing.text(x, y - _TALL / 2 - 10, named(knot.name), "soft", 13)
    drawing.text(x, y - 19, knot.sign, "bold" if known else "bold soft", 17)
    if known:
        drawing.text(x, y + 2, short(run.value[k]), "a", 15)
    if told:
        drawing.text(x, y + 21, short(run.gradient[k]), "b bold", 15)


def _edge(
    drawing: Drawing, graph: Graph, run: Run, spots: tuple[Place, ...], k: int, number: int, now: Step, back: bool,
    rise: float,
) -> None:  # fmt: skip
    """From an input to its operation; on the way back the other way, with what the derivative is multiplied by."""
    inputs = graph.knots[k].inputs
    (x1, y1), (x2, y2) = spots[inputs[number]], spots[k]
    y2 += (number - (len(inputs) - 1) / 2) * min(18, 44 / len(inputs))
    start, end = (x1 + _BOX / 2 + 2, y1), (x2 - _BOX / 2 - 2, y2)
    here = now.knot == k and now.phase in ("forward", "back")
    color = ("b" if back else "a" if here else "soft") + (" thick" if here else "")
    x, y = _way(drawing, *((end, start) if back else (start, end)), rise, color)
    if back:
        slope = short(run.local[k][number], 3)
        y -= 11 if abs(start[1] - end[1]) < 16 else 0
        drawing.text(x, y, f"× ({slope})" if slope.startswith("−") else f"× {slope}", "b halo", 13)


@lru_cache(1024)
def _bowed(spots: tuple[Place, ...], i: int, k: int) -> bool:
    """Whether the straight way from knot i to knot k would lead through other boxes."""
    (c1, r1), (c2, r2) = spots[i], spots[k]
    share = [(c - c1) / (c2 - c1) for c, _ in spots]
    return any(0 < s < 1 and abs(r1 + s * (r2 - r1) - r) < 0.45 for s, (_, r) in zip(share, spots, strict=True))


def _way(drawing: Drawing, start: Place, end: Place, rise: float, kind: str) -> Place:
    """An arrow, straight or over what lies between; returns its middle."""
    (x1, y1), (x2, y2) = start, end
    middle = (x1 + x2) / 2, (y1 + y2) / 2 - 0.75 * rise
    if not rise:
        drawing.arrow(x1, y1, x2, y2, kind)
        return middle
    reach = (x2 - x1) / 4
    a, b = (x1 + reach, y1 - rise), (x2 - reach, y2 - rise)
    drawing.path(f"M{x1:.1f} {y1:.1f}C{a[0]:.1f} {a[1]:.1f} {b[0]:.1f} {b[1]:.1f} {x2:.1f} {y2:.1f}", f"{kind} empty")
    drawing.arrow(x2 + 0.12 * (b[0] - x2), y2 + 0.12 * (b[1] - y2), x2, y2, kind)
    return middle
