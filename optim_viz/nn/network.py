"""Network: layers over one flat vector of parameters, for one network or K at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from optim_viz.nn import arguments, build, passes, storage
from optim_viz.nn.activations import Activation, Sigmoid, Softmax
from optim_viz.nn.batch import Batch, batch
from optim_viz.nn.build import Cost, Plan
from optim_viz.nn.initializers import Initializer
from optim_viz.nn.layers import Layer, Shape
from optim_viz.nn.losses import BinaryCrossEntropy, Loss
from optim_viz.nn.memory import memory
from optim_viz.words import Text

State = dict[str, np.ndarray]
Seed = int | np.random.Generator | None
_QUIET = partial(np.errstate, all="ignore")  # divergence is a result, not a warning


class Network:
    """A function from samples to outputs that is shaped by its parameters; frozen, equal by content.

    `layers` mixes numbers of units, names of activations, and layers; without `input` its first number is the number
    of features. Each hidden layer of weights is followed by batch normalization, the activation and dropout as asked;
    where the list names another one at that place, that one is taken. Parameters are `theta` (n,), or (K, n) for K
    networks at once, in torch's order. X is (N, features) or (N, C, H, W), y labels (N,) or targets (N, k) or (N,);
    with one more axis in front, each of the K networks has its own.

    Every method is pure, and each network's numbers are the same alone and among K. `state` (running statistics) and
    `seed` (dropout masks) say which function is meant: without a state, batch normalization uses the batch it is
    given; without a seed, nothing is dropped. ValueError with a sentence for arguments that cannot be used.
    """

    plan: Plan
    objective: Loss | None
    l1: float
    l2: float
    _init: Initializer
    _fields: dict[str, Any]

    def __init__(
        self,
        layers: Sequence[int | str | Layer],
        *,
        input: int | Sequence[int] | None = None,
        activation: str | Activation = "relu",
        init: Any = "he",
        batch_norm: bool = False,
        dropout: Any = 0.0,
        loss: str | Loss = "auto",
        l1: float = 0.0,
        l2: float = 0.0,
    ) -> None:
        read = arguments.read(layers, input, activation, init, batch_norm, dropout, loss, l1, l2)
        self.__dict__.update(plan=read.plan, objective=read.loss, l1=read.l1, l2=read.l2,
                             _init=read.init, _fields=read.fields)  # fmt: skip

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Network cannot change: use network.replace(...)")

    __delattr__ = __setattr__  # type: ignore[assignment]

    def fields(self) -> dict[str, Any]:
        """The constructor's arguments that differ from the defaults."""
        return dict(self._fields)

    def replace(self, **changes: Any) -> Network:
        """A copy with other arguments."""
        return Network(**{**self.fields(), **changes})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and self._fields == other._fields

    def __hash__(self) -> int:
        return hash(tuple(self._fields.items()))

    def __repr__(self) -> str:
        first, *others = self._fields.items()
        return f"Network({', '.join([repr(list(first[1])), *(f'{k}={v!r}' for k, v in others)])})"

    def __reduce__(self):
        return _restore, (self.fields(),)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All layers in order, also those that were not written out; layer i is "i" in names of parameters."""
        return self.plan.layers

    @property
    def input_shape(self) -> Shape:
        return self.plan.shapes[0]

    @property
    def outputs(self) -> int:
        return self.plan.shapes[-1][0]

    @property
    def parameter_count(self) -> int:
        return self.plan.size

    def init(self, seed: Seed | Sequence[int] = 0) -> np.ndarray:
        """First parameters (n,); (K, n) for a list of K seeds."""
        if isinstance(seed, Sequence | np.ndarray):
            return np.stack([self.init(int(s)) for s in seed])
        rng, plan = np.random.default_rng(seed), self.plan
        drawn = [layer.start(shape, self._init, rng) for layer, shape in zip(plan.layers, plan.shapes, strict=False)]
        return np.concatenate([np.empty(0), *(a.ravel() for parts in drawn for a in parts)])

    def init_state(self, networks: int | None = None) -> State:
        """Running statistics before training, "1.running_mean": (F,) or (networks, F), ...; {} without batch norm."""
        lead = () if networks is None else (networks,)
        return {f"{i}.{name}": np.full((*lead, *shape), value)
                for i, (layer, size) in enumerate(zip(self.layers, self.plan.shapes, strict=False))
                for name, (shape, value) in layer.statistics(size).items()}  # fmt: skip

    def views(self, theta: np.ndarray) -> dict[str, np.ndarray]:
        """Name -> the part of theta, or of a gradient, as a view: {"0.weight": (out, in) or (K, out, in), ...}."""
        theta = np.asarray(theta)
        self._checked(theta)
        return {f"{i}.{s.name}": theta[..., s.part].reshape(*theta.shape[:-1], *s.shape)
                for i, slots in enumerate(self.plan.slots) for s in slots}  # fmt: skip

    def batch(self, X: Any, y: Any = None) -> Batch:
        """Checked data: methods that take X and y take a batch as X, and then check nothing again."""
        return X if isinstance(X, Batch) else batch(X, y, self.input_shape, self.outputs, self.objective)

    def loss(self, theta: np.ndarray, X: Any, y: Any = None, *, state: State | None = None, seed: Seed = None) -> Any:
        """The loss with L1 and L2: a number, or (K,)."""
        rows, one, data = self._ready(theta, X, y, labeled=True)
        with _QUIET():
            value = data.loss.value_and_slope(self._forward(rows, data.x, state, seed)[0][-1], data.t)[0]  # type: ignore[union-attr]
            value = value + passes.penalty(self.plan, rows, self.l1, self.l2)
        return float(value[0]) if one else value

    def gradient(
        self, theta: np.ndarray, X: Any, y: Any = None, *, state: State | None = None, seed: Seed = None
    ) -> np.ndarray:
        """The derivative of `loss` in theta, in its shape."""
        return self.value_and_gradient(theta, X, y, state=state, seed=seed)[1]

    def value_and_gradient(
        self, theta: np.ndarray, X: Any, y: Any = None, *, state: State | None = None, seed: Seed = None
    ) -> tuple[Any, np.ndarray]:
        """`loss` and `gradient` in one pass."""
        rows, one, data = self._ready(theta, X, y, labeled=True)
        value, gradient, _ = self._both(rows, data, self._statistics(state), seed)
        return (float(value[0]), gradient[0]) if one else (value, gradient)

    def training_pass(
        self, theta: np.ndarray, X: Any, y: Any = None, *, state: State | None = None, seed: Seed = None
    ) -> tuple[Any, np.ndarray, State]:
        """Loss and gradient with the batch's own statistics, and the running statistics `state` moved by this batch."""
        rows, one, data = self._ready(theta, X, y, labeled=True)
        before = self._statistics(self.init_state() if state is None else state)
        value, gradient, kept = self._both(rows, data, None, seed)
        after = [layer.moved(*pair) for layer, *pair in zip(self.layers, before, kept, strict=True)]  # type: ignore[arg-type]
        moved = self._named(after, one)
        return (float(value[0]), gradient[0], moved) if one else (value, gradient, moved)

    def measured_state(self, theta: np.ndarray, X: Any) -> State:
        """The statistics of X itself at theta, to evaluate other samples with (after a move in parameter space)."""
        rows, one, data = self._ready(theta, X)
        with _QUIET():
            _, kept = self._forward(rows, data.x, None, None)
            return self._named([layer.measured(k) for layer, k in zip(self.layers, kept, strict=True)], one)

    def activations(
        self, theta: np.ndarray, X: Any, *, state: State | None = None, seed: Seed = None
    ) -> list[np.ndarray]:
        """What comes out of each layer, (N, features) or (N, C, H, W), with K in front for K networks."""
        rows, one, data = self._ready(theta, X)
        with _QUIET():
            passed, _ = self._forward(rows, data.x, state, seed)
        wide = [np.broadcast_to(a, (len(rows), *a.shape[1:])) for a in passed]
        return [np.moveaxis(a, -1, 1)[0 if one else slice(None)].copy() for a in wide]

    def predict(self, theta: np.ndarray, X: Any, *, state: State | None = None) -> np.ndarray:
        """The outputs (N, k), or (K, N, k): values for a regression, scores for classes."""
        rows, one, data = self._ready(theta, X)
        with _QUIET():
            z = self._forward(rows, data.x, state, None)[0][-1]
        return (z[0].T if one else z.swapaxes(1, 2)).copy()

    def probabilities(self, theta: np.ndarray, X: Any, *, state: State | None = None) -> np.ndarray:
        """Scores as shares of the classes (N, k) that add up to 1; for yes or no, the chance of yes (N, 1)."""
        z = self.predict(theta, X, state=state)
        if isinstance(self.layers[-1], Softmax | Sigmoid):
            return z
        with _QUIET():
            if self.outputs == 1 or isinstance(self.objective, BinaryCrossEntropy):
                return Sigmoid().value(z)
            score = z.swapaxes(-1, -2).reshape(-1, self.outputs, z.shape[-2])
            return Softmax().value(score).swapaxes(1, 2).reshape(z.shape)

    def classify(self, theta: np.ndarray, X: Any, *, state: State | None = None) -> np.ndarray:
        """The most likely class of each sample: labels (N,), or (K, N)."""
        share = self.probabilities(theta, X, state=state)
        return (share[..., 0] > 0.5).astype(int) if self.outputs == 1 else share.argmax(axis=-1)

    def cost(self, N: int, networks: int = 1) -> Cost:
        """What one loss and gradient of N samples takes; to be asked before running."""
        return build.cost(self.plan, N, networks)

    def torch_code(self) -> str:
        """The same network in PyTorch, "" where torch has not all of its layers."""
        lines = [layer.torch_code(shape=shape) for layer, shape in zip(self.layers, self.plan.shapes, strict=False)]
        inside = "".join(f"    {line},\n" for line in lines)
        return f"torch.nn.Sequential(\n{inside})" if all(lines) else ""

    def save(self, file: Any, theta: np.ndarray, state: State | None = None) -> None:
        """Writes network, parameters and statistics to an .npz file (a path or an open file), without pickle."""
        storage.save(file, self, self._checked(theta), state or {})

    @staticmethod
    def load(file: Any) -> tuple[Network, np.ndarray, State]:
        """What `save` wrote: network, theta and state."""
        return storage.load(file)

    def _checked(self, theta: np.ndarray) -> np.ndarray:
        shape = np.shape(theta)
        if len(shape) not in (1, 2) or shape[-1] != self.plan.size or 0 in shape[:-1]:
            raise ValueError(Text("theta has shape {given}; this network has {count} parameters.",
                                  given=shape, count=self.plan.size))  # fmt: skip
        return theta

    def _ready(self, theta: np.ndarray, X: Any, y: Any = None, labeled: bool = False) -> tuple[np.ndarray, bool, Batch]:
        """theta as (K, n), whether it is one network, and the data; ValueError where they do not belong together."""
        theta = np.ascontiguousarray(self._checked(theta), dtype=float)
        rows, data = theta.reshape(-1, self.plan.size), self.batch(X, y)
        if data.x.shape[0] not in (1, len(rows)):
            raise ValueError(Text("X has samples for {given} networks, but theta has {wanted}.",
                                  given=data.x.shape[0], wanted=len(rows)))  # fmt: skip
        fits = data.x.shape[1:-1] == self.input_shape
        if labeled:
            if data.t is None:
                raise ValueError(Text("A loss needs targets: give y."))
            fits = fits and data.t.shape[1] == self.outputs and self.objective in (None, data.loss)
        if not fits:
            raise ValueError(Text("This batch was made for another network: make one with net.batch(X, y)."))
        return rows, theta.ndim == 1, data

    def _statistics(self, state: State | None) -> list[tuple[np.ndarray, ...]] | None:
        """Running statistics per layer, each (K or 1, F)."""
        if state is None:
            return None
        sizes = [layer.statistics(shape) for layer, shape in zip(self.layers, self.plan.shapes, strict=False)]
        try:
            return [tuple(state[f"{i}.{name}"].reshape(-1, *size) for name, (size, _) in names.items())
                    for i, names in enumerate(sizes)]  # fmt: skip
        except (KeyError, ValueError, AttributeError):
            raise ValueError(Text("This state belongs to another network.")) from None

    def _named(self, statistics: list[tuple[np.ndarray, ...]], one: bool) -> State:
        return {f"{i}.{name}": value[0] if one else value
                for i, (layer, shape) in enumerate(zip(self.layers, self.plan.shapes, strict=False))
                for name, value in zip(layer.statistics(shape), statistics[i], strict=True)}  # fmt: skip

    def _forward(self, rows: np.ndarray, x: np.ndarray, state: State | None, seed: Seed) -> tuple[list, list]:
        p, empty = passes.parts(self.plan, rows), memory(self.plan, rows.shape, x.shape)
        return passes.forward(self.plan, p, x, self._statistics(state), _rng(seed), empty)

    def _both(self, rows: np.ndarray, data: Batch, statistics: Any, seed: Seed) -> tuple[np.ndarray, np.ndarray, list]:
        with _QUIET():
            value, gradient, kept = passes.value_and_gradient(self.plan, rows, data, statistics, _rng(seed))
            return value + passes.penalty(self.plan, rows, self.l1, self.l2, gradient), gradient, kept


def _rng(seed: Seed) -> np.random.Generator | None:
    return None if seed is None else np.random.default_rng(seed)


def _restore(fields: dict[str, Any]) -> Network:
    return Network(**fields)
