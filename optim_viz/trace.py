"""Run optimizers on a surface: what you get is a path."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np

from optim_viz.optimizers.base import Optimizer
from optim_viz.outcome import Outcome, far_limit, judge
from optim_viz.words import Text

MAX_STEPS = 100_000
_CHUNK_BYTES = 8_000_000  # a batch larger than this per record leaves the cache and runs slower
_LANES = 64  # fewer at a time would only pay for Python


@dataclass(frozen=True, eq=False)
class Path:
    """Where one optimizer went: row 0 is the start, row k the state after k updates.

    `x` and `gradient` are (steps+1, 2, ...), `value` is (steps+1, ...), `state[name]` is (steps+1, 2, ...);
    with `keep="last"` they are row `end` alone. `gradient` is the noise-free gradient at `x`. `calls` counts
    the gradients the rule itself asked for. `end` is the last real row; later rows repeat it. A start where
    f or its gradient is undefined has 0 there, and is all there is of the path. `noise`, `seed` (None for a
    generator) and `schedule` are those of the run.
    """

    optimizer: Optimizer
    surface: Any
    x: np.ndarray
    value: np.ndarray
    gradient: np.ndarray
    state: dict[str, np.ndarray]
    calls: int
    end: Any
    outcome: Outcome
    noise: float = 0.0
    seed: int | None = 0
    schedule: Any = None

    @property
    def name(self) -> str:
        return self.optimizer.name


def trace(
    optimizers: Optimizer | Sequence[Optimizer],
    surface: Any,
    start: Any,
    steps: int,
    *,
    noise: float = 0.0,
    schedule: Any = None,
    seed: int = 0,
    keep: str = "all",
) -> Any:
    """Follow one optimizer (-> Path) or several in lockstep (-> list of Path) for `steps` updates.

    `start` is (2,) or (2, B); a hyper-parameter of shape (B,) makes a batch too. `noise` is the standard
    deviation of Gaussian noise added to every gradient a rule sees (the same draw for every rule).
    `schedule` is one of `optim_viz.schedules`, or a function whose value at t = 1, 2, ... multiplies lr at
    update t. `keep="last"` keeps the final point only.
    Raises ValueError with one sentence when an argument cannot be used.
    """
    single = isinstance(optimizers, Optimizer)
    rules = _rules(optimizers)
    _check(surface, steps, noise, schedule, seed, keep)
    origin = _spread(_point(start), rules)
    shape = origin.shape[1:]
    if keep == "last" and len(shape) == 1:
        paths = _in_chunks(rules, surface, origin, steps, noise, schedule, seed)
    else:
        paths = _lockstep(rules, surface, origin, steps, _draws(noise, seed, steps, origin), schedule, keep)
    sown = None if isinstance(seed, np.random.Generator) else int(seed)
    paths = [replace(path, noise=float(noise), seed=sown, schedule=schedule) for path in paths]
    return paths[0] if single else paths


def _rules(optimizers: Any) -> list[Optimizer]:
    rules = list(optimizers) if isinstance(optimizers, Iterable) else [optimizers]
    if not rules:
        raise ValueError(Text("Choose at least one optimizer."))
    for rule in rules:
        if not isinstance(rule, Optimizer):
            raise ValueError(Text("{name} is not an optimizer.", name=repr(rule)[:60]))
    return rules


def _check(surface: Any, steps: int, noise: float, schedule: Any, seed: Any, keep: str) -> None:
    if not hasattr(surface, "raw_gradient") or isinstance(surface, type):
        raise ValueError(Text("{name} is not a surface.", name=repr(surface)[:60]))
    if not _whole(steps) or not 0 <= steps <= MAX_STEPS:
        raise ValueError(Text("steps must be a whole number from 0 to {most}.", most=MAX_STEPS))
    if not isinstance(noise, Real) or isinstance(noise, bool) or not 0 <= noise < np.inf:
        raise ValueError(Text("noise must be 0 or a positive number."))
    if (schedule is not None and not (callable(schedule) or hasattr(schedule, "follow"))) or isinstance(schedule, type):
        raise ValueError(Text("schedule must be a function of the step."))
    if not isinstance(seed, np.random.Generator) and (not _whole(seed) or seed < 0):
        raise ValueError(Text("seed must be a whole number, 0 or more."))
    if not isinstance(keep, str) or keep not in ("all", "last"):
        raise ValueError(Text("keep must be “all” or “last”."))


def _whole(number: Any) -> bool:
    return isinstance(number, int | np.integer) and not isinstance(number, bool)


def _point(start: Any) -> np.ndarray:
    try:
        origin = np.asarray(start)
        numbers = origin.dtype.kind in "fiuO"
        origin = origin if origin.dtype == np.float32 or not numbers else origin.astype(float)
    except (TypeError, ValueError, OverflowError):
        numbers = False
    if not numbers or origin.ndim < 1 or origin.shape[0] != 2:
        raise ValueError(Text("The start must be two numbers."))
    if not np.isfinite(origin).all():
        raise ValueError(Text("The start must be finite numbers."))
    return origin


def _spread(origin: np.ndarray, rules: list[Optimizer]) -> np.ndarray:
    """The start (2, ...) with room for every lane of the rules' hyper-parameters."""
    sizes = [np.shape(value) for rule in rules for value in vars(rule).values()]
    try:
        shape = np.broadcast_shapes(origin.shape[1:], *sizes)
    except ValueError:
        raise ValueError(Text("Starts and hyper-parameter arrays must have the same length.")) from None
    room = (1,) * (len(shape) - origin.ndim + 1)
    return np.ascontiguousarray(np.broadcast_to(origin.reshape(2, *room, *origin.shape[1:]), (2, *shape)))


def _draws(noise: float, seed: int, steps: int, origin: np.ndarray) -> np.ndarray | None:
    if not noise:
        return None
    draws = np.random.default_rng(seed).standard_normal((steps, *origin.shape))
    return (noise * draws).astype(origin.dtype)


class _Gradient:
    """The gradient as a rule sees it: free where the rule stands, one evaluation anywhere else."""

    __slots__ = ("at", "calls", "here", "noise", "value")

    def __init__(self, at: Callable[[np.ndarray], np.ndarray]):
        self.at, self.calls, self.here, self.value, self.noise = at, 0, None, None, None

    def __call__(self, q: np.ndarray) -> Any:
        self.calls += 1
        g = self.value if q is self.here else self.at(q)
        return g if self.noise is None else g + self.noise


def _lockstep(rules, surface, origin, steps, draws, schedule, keep) -> list[Path]:
    """All rules side by side: one stacked gradient (2, K, ...) per step instead of K."""
    many = (steps + 1, 2, len(rules), *origin.shape[1:])
    xs, gs = np.empty(many, origin.dtype), np.empty(many, origin.dtype)
    xs[0] = origin[:, None]
    askers = [_Gradient(surface.raw_gradient) for _ in rules]
    states = [rule.init(origin) for rule in rules]
    history = [[state] for state in states]
    pace = None if schedule is None else _Pace(schedule, rules, surface, steps)
    with np.errstate(all="ignore"):
        for t in range(1, steps + 1):
            here, ahead = xs[t - 1], xs[t]
            g = gs[t - 1] = surface.raw_gradient(here)
            for k, rule in enumerate(rules if pace is None else pace(t, here)):
                ask = askers[k]
                ask.here, ask.value = here[:, k], g[:, k]
                if draws is not None:
                    ask.noise = draws[t - 1]
                ahead[:, k], states[k] = rule.step(ask.here, ask, states[k], t)
                history[k].append(states[k])
        gs[steps] = surface.raw_gradient(xs[steps])
        values = surface.raw_value(np.ascontiguousarray(np.moveaxis(xs, 1, 0)))
        return [
            _path(rule, surface, xs[:, :, k], values[:, k], gs[:, :, k], history[k], askers[k].calls, keep)
            for k, rule in enumerate(rules)
        ]


class _Pace:
    """The rules with their rates of update t; for a schedule that listens to the loss each rule has its own memory."""

    def __init__(self, schedule: Any, rules: list[Optimizer], surface: Any, steps: int):
        self.schedule, self.rules, self.surface, self.steps = schedule, rules, surface, steps
        self.memory: list[Any] = [None] * len(rules)

    def __call__(self, t: int, here: np.ndarray) -> list[Optimizer]:
        if not hasattr(self.schedule, "follow"):
            return self._times([self.schedule(t)] * len(self.rules), here.dtype)
        heard = self.surface.raw_value(here) if self.schedule.listens else self.memory
        told = [self.schedule.follow(t, self.steps, *pair) for pair in zip(heard, self.memory, strict=True)]
        self.memory = [memory for _, memory in told]
        return self._times([factor for factor, _ in told], here.dtype)

    def _times(self, factors: list[Any], dtype: Any) -> list[Optimizer]:
        made = []
        for rule, factor in zip(self.rules, factors, strict=True):
            lr = getattr(rule, "lr", None)
            if lr is not None:
                rate = np.multiply(lr, factor, dtype=float)  # rounded once, as for a single run
                if np.ndim(rate):
                    rate = rate.astype(lr.dtype if np.ndim(lr) else dtype)
                rule = replace(rule, lr=rate)  # type: ignore[call-arg]
            made.append(rule)
        return made


def _path(rule, surface, x, value, gradient, history, calls, keep) -> Path:
    outcome, end = judge(rule, surface, x, value, gradient)
    cut, row = (_last if keep == "last" else _held), end
    if keep == "last" and np.all(end == len(x) - 1):  # the usual case: no need to line up what is thrown away
        x, value, gradient, history, row = x[-1:], value[-1:], gradient[-1:], history[-1:], 0 * end
    state = {key: cut(_stacked([s[key] for s in history], x), row) for key in history[0]}
    x, value, gradient = cut(x, row), _defined(cut(value, row)), _defined(cut(gradient, row))
    return Path(rule, surface, x, value, gradient, state, calls, end, outcome)


def _defined(a: Any) -> Any:
    """What is still undefined at the end was so at the start: 0 can be drawn, nothing else is left to hold."""
    return a if np.isfinite(a).all() else np.where(np.isfinite(a), a, a.dtype.type(0))[()]


def _stacked(rows: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    out = np.empty((len(rows), *x.shape[1:]), x.dtype)
    for row, value in enumerate(rows):
        out[row] = value
    return out


def _last(a: np.ndarray, end: Any) -> Any:
    """Row `end` of every lane: (steps+1, ..., B) -> (..., B)."""
    if np.ndim(end) == 0:
        return a[end].copy()
    rows = np.broadcast_to(end, a.shape[1:])[None]
    return np.take_along_axis(a, rows, axis=0)[0]


def _held(a: np.ndarray, end: Any) -> np.ndarray:
    """Rows after `end` repeat it, so that nothing undefined is ever drawn."""
    last = len(a) - 1
    if np.all(end == last):
        return np.ascontiguousarray(a)
    rows = np.minimum(np.arange(last + 1).reshape(-1, *([1] * np.ndim(end))), end)
    if rows.ndim == 1:
        return a[rows]
    rows = rows if rows.ndim == a.ndim else rows[:, None]
    return np.take_along_axis(a, np.broadcast_to(rows, a.shape), axis=0)


def _in_chunks(rules, surface, origin, steps, noise, schedule, seed) -> list[Path]:
    """A large batch in pieces that fit the cache; pieces never change a number."""
    lanes = origin.shape[1]
    size = max(_LANES, _CHUNK_BYTES // ((steps + 1) * 2 * origin.itemsize * len(rules)))
    draws = _draws(noise, seed, steps, origin)
    pieces = []
    for low in range(0, max(lanes, 1), size):
        part = slice(low, low + size)
        cut = [replace(r, **{k: v[part] for k, v in vars(r).items() if np.ndim(v)}) for r in rules]
        drawn = None if draws is None else np.ascontiguousarray(draws[..., part])
        ground = np.ascontiguousarray(origin[:, part])
        pieces.append(_lockstep(cut, surface, ground, steps, drawn, schedule, "last"))
    return [_joined(rule, [piece[k] for piece in pieces]) for k, rule in enumerate(rules)]


def _joined(rule: Optimizer, parts: list[Path]) -> Path:
    if len(parts) == 1:
        return replace(parts[0], optimizer=rule)

    def join(pick: Callable[[Path], np.ndarray]) -> np.ndarray:
        return np.concatenate([pick(p) for p in parts], axis=-1)

    kind, step = join(lambda p: p.outcome.kind), join(lambda p: p.outcome.step)
    state = {key: join(lambda p, key=key: p.state[key]) for key in parts[0].state}
    return Path(rule, parts[0].surface, join(lambda p: p.x), join(lambda p: p.value), join(lambda p: p.gradient),
                state, parts[0].calls, join(lambda p: p.end), Outcome.of_batch(kind, step))  # fmt: skip


__all__ = ["MAX_STEPS", "Path", "far_limit", "trace"]
