"""From the short list a person writes to the layers of a network, each checked against the shape it gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from optim_viz.nn.activations import ACTIVATIONS, Activation
from optim_viz.nn.convolution import Conv2d
from optim_viz.nn.layers import MAX_UNITS, Dense, Dropout, Flatten, Layer, Shape
from optim_viz.nn.normalization import BatchNorm, Norm
from optim_viz.nn.parts import named
from optim_viz.words import Text

MAX_LAYERS = 200
MAX_PARAMETERS = 5_000_000
Item = int | str | Layer


@dataclass(frozen=True)
class Slot:
    """Where one parameter of a layer lies in theta."""

    name: str
    shape: Shape
    part: slice


@dataclass(frozen=True, eq=False)
class Plan:
    """The layers of a network, the shape of a sample before each and after the last, and where parameters lie."""

    layers: tuple[Layer, ...]
    shapes: tuple[Shape, ...]
    slots: tuple[tuple[Slot, ...], ...]
    size: int
    first: int  # the first layer with parameters: the backward pass ends there
    weights: tuple[slice, ...]  # what L1 and L2 act on: no biases, no normalization


@dataclass(frozen=True)
class Cost:
    """What one loss and gradient takes: operations, bytes of memory, and a rough time in seconds on one core."""

    operations: int
    bytes: int
    seconds: float


def items(given: Any) -> tuple[Item, ...]:
    """The list as numbers, words and layers; ValueError for anything else."""
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray) or not 0 < len(given) <= MAX_LAYERS:
        raise ValueError(Text("A network is a list of 1 to {most} layers.", most=MAX_LAYERS))
    return tuple(_item(item) for item in given)


def _item(item: Any) -> Item:
    if isinstance(item, Layer):
        return item
    if isinstance(item, str):
        named(ACTIVATIONS, item, "activation")
        return item
    if isinstance(item, int | np.integer) and not isinstance(item, bool):
        return _units(item)
    raise ValueError(Text("{item} is no layer: use a number of units, the name of an activation, or a layer.",
                          item=repr(item)[:60]))  # fmt: skip


def _units(count: Any) -> int:
    if not 1 <= count <= MAX_UNITS:
        raise ValueError(Text("A layer has 1 to {most} units, not {units}.", most=MAX_UNITS, units=count))
    return int(count)


def sample_shape(given: Any) -> Shape:
    """The shape of one sample: a number of features, or (channels, height, width)."""
    sides = given if isinstance(given, Sequence | np.ndarray) and not isinstance(given, str) else (given,)
    whole = all(isinstance(side, int | np.integer) and not isinstance(side, bool) for side in sides)
    if not whole or len(sides) not in (1, 3):
        raise ValueError(Text("input is a number of features, or (channels, height, width)."))
    return tuple(_units(side) for side in sides)


def expanded(
    wanted: tuple[Item, ...], shape: Shape, activation: Activation, batch_norm: bool, dropout: Dropout
) -> list[Layer]:
    """Numbers and words as layers; what each hidden layer of weights lacks of normalization, activation and dropout."""
    made = [Dense(w) if isinstance(w, int) else ACTIVATIONS[w]() if isinstance(w, str) else w for w in wanted]
    follow = ((Norm, BatchNorm() if batch_norm else None), (Activation, activation),
              (Dropout, dropout if dropout.rate else None))  # fmt: skip
    layers: list[Layer] = []
    while made:
        layer = made.pop(0)
        if isinstance(layer, Dense) and len(shape) == 3:
            layers.append(Flatten())
            shape = layers[-1].output(shape)
        layers.append(layer)
        shape = layer.output(shape)
        if isinstance(layer, Dense | Conv2d) and any(isinstance(other, Dense | Conv2d) for other in made):
            for kind, usual in follow:
                next_one = made.pop(0) if isinstance(made[0], kind) else usual
                layers += [next_one] if next_one else []
    return layers


def plan(layers: Sequence[Layer], shape: Shape) -> Plan:
    """Shapes and places; ValueError where a layer does not fit or the network is too large."""
    shapes, slots, start = [shape], [], 0
    for layer in layers:
        mine = []
        for name, size in layer.parameters(shapes[-1]).items():
            mine.append(Slot(name, size, slice(start, start + prod(size))))
            start += prod(size)
        slots.append(tuple(mine))
        shapes.append(layer.output(shapes[-1]))
    if len(shapes[-1]) != 1:
        raise ValueError(Text("The last layer must give a row of outputs: end the list with a number of units."))
    if start > MAX_PARAMETERS:
        raise ValueError(Text("This network has {count:,} parameters; the limit is {most:,}.",
                              count=start, most=MAX_PARAMETERS))  # fmt: skip
    heavy = [i for i, layer in enumerate(layers) if isinstance(layer, Dense | Conv2d)]
    if not heavy:
        raise ValueError(Text("A network needs at least one layer of weights, such as a number of outputs."))
    first = next(i for i, mine in enumerate(slots) if mine)
    weights = tuple(slots[i][0].part for i in heavy)
    return Plan(tuple(layers), tuple(shapes), tuple(slots), start, first, weights)


def cost(plan: Plan, N: int, networks: int) -> Cost:
    """Counted for one loss and gradient; the way back costs twice the way forward, but ends at the first weights."""
    each = [layer.cost(shape) for layer, shape in zip(plan.layers, plan.shapes, strict=False)]
    operations = N * networks * (3 * sum(work for work, _ in each) - each[plan.first][0])
    numbers = sum(kept for _, kept in each) - prod(plan.shapes[plan.first]) + 3 * plan.shapes[-1][0]
    kept = N * networks * numbers
    memory = 8 * (kept + N * prod(plan.shapes[0]) + 2 * networks * plan.size)
    return Cost(operations, memory, operations / 2e10 + 1e-5 * (len(each) + 1))
