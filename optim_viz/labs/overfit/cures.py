"""The cures: each is one number, and what it changes in a training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from optim_viz.nn import (
    CrossEntropy,
    CutMix,
    Cutout,
    EarlyStopping,
    InputNoise,
    Mixup,
    Network,
    Rotate,
    Settings,
    Shift,
)
from optim_viz.optimizers import Adam, AdamW, Optimizer
from optim_viz.words import Text


@dataclass(frozen=True)
class Recipe:
    """A training being put together: arguments of the network, decay of AdamW, and settings."""

    net: Mapping[str, Any]
    how: Settings
    lr: float
    decay: float = 0.0

    def with_net(self, **more: Any) -> Recipe:
        return replace(self, net={**self.net, **more})

    def with_how(self, **more: Any) -> Recipe:
        return replace(self, how=replace(self.how, **more))

    def changing(self, change: Any) -> Recipe:
        return self.with_how(changes=(*self.how.changes, change))

    @property
    def network(self) -> Network:
        return Network(**self.net)

    @property
    def rule(self) -> Optimizer:
        """Adam; AdamW where weights decay beside the gradient."""
        return AdamW(lr=self.lr, weight_decay=self.decay) if self.decay else Adam(lr=self.lr)


@dataclass(frozen=True)
class Cure:
    """One remedy: `apply(recipe, strength)`, the strengths to choose from, the usual one, and what it is."""

    key: str
    name: Text
    apply: Callable[[Recipe, Any], Recipe]
    choices: tuple[float, ...]
    usual: float
    unit: Text
    idea: Text


_DECAYS = (0.001, 0.003, 0.01, 0.02, 0.03, 0.05, 0.1)
_ALL = (
    Cure("l2", Text("Weight decay (L2)"), lambda r, v: r.with_net(l2=v), _DECAYS, 0.03, Text("λ in ½λ‖W‖²"),
         Text("large weights cost loss, so that the function stays smooth")),
    Cure("adamw", Text("Weight decay (AdamW)"), lambda r, v: replace(r, decay=r.decay + v),
         (0.1, 0.3, 1.0, 2.0, 3.0, 5.0, 10.0), 3.0, Text("λ, each step takes ηλw"),
         Text("weights shrink beside the gradient step, by the learning rate times λ")),
    Cure("notes", Text("Weight decay (notes)"), lambda r, v: replace(r, decay=r.decay + v / r.lr),
         (0.001, 0.003, 0.01, 0.03, 0.1), 0.01, Text("λ, each step takes λw"),
         Text("weights shrink beside the gradient step, by λ itself, whatever the learning rate")),
    Cure("l1", Text("L1 penalty"), lambda r, v: r.with_net(l1=v), (0.0003, 0.001, 0.002, 0.003, 0.005, 0.01), 0.003,
         Text("λ in λ·Σ|w|"), Text("every weight is pulled to zero by the same force, so that many end there")),
    Cure("dropout", Text("Dropout"), lambda r, v: r.with_net(dropout=v), (0.1, 0.2, 0.3, 0.5, 0.7), 0.5,
         Text("share dropped"), Text("in training each hidden unit is off by chance, so that none relies on another")),
    Cure("stop", Text("Early stopping"), lambda r, v: r.with_how(stop=EarlyStopping(int(v))), (1, 2, 3, 5, 10, 20), 5,
         Text("patience in epochs"), Text("training ends when the validation loss has not fallen for some epochs")),
    Cure("noise", Text("Noise on inputs"), lambda r, v: r.changing(InputNoise(v)), (0.05, 0.1, 0.2, 0.3, 0.5), 0.3,
         Text("σ of pixels"), Text("no picture is seen twice alike")),
    Cure("weights", Text("Noise on weights"), lambda r, v: r.with_how(weight_noise=v), (0.02, 0.05, 0.1, 0.15, 0.2),
         0.1, Text("σ of weights"), Text("the network must work also when its weights are a little off")),
    Cure("smoothing", Text("Label smoothing"), lambda r, v: r.with_net(loss=CrossEntropy(v)), (0.05, 0.1, 0.2, 0.3),
         0.1, Text("share spread over all classes"),
         Text("the target is not 1 and 0, so that no score need grow for ever")),
    Cure("shift", Text("Shift"), lambda r, v: r.changing(Shift(int(v))), (1, 2), 1, Text("pixels"),
         Text("each picture moves by up to so many pixels, and keeps its label")),
    Cure("rotate", Text("Rotate"), lambda r, v: r.changing(Rotate(v)), (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 90.0, 180.0),
         15.0, Text("largest angle"), Text("each picture turns by up to so many degrees, and keeps its label")),
    Cure("mixup", Text("Mixup"), lambda r, v: r.changing(Mixup(v)), (0.1, 0.2, 0.4, 1.0, 2.0), 1.0, Text("α"),
         Text("two pictures are blended, and their labels with them")),
    Cure("cutout", Text("Cutout"), lambda r, v: r.changing(Cutout(int(v))), (1, 2, 3, 4, 5), 3, Text("side in pixels"),
         Text("a box of each picture is blackened")),
    Cure("cutmix", Text("CutMix"), lambda r, v: r.changing(CutMix(v)), (0.1, 0.2, 0.5, 1.0), 1.0, Text("α"),
         Text("a box of another picture is pasted in, and the labels are mixed by area")),
    Cure("norm", Text("Batch norm"), lambda r, v: r.with_net(batch_norm=True), (1,), 1, Text("on"),
         Text("a sample's numbers depend on its batch, which is a kind of noise")),
)  # fmt: skip
CURES: dict[str, Cure] = {cure.key: cure for cure in _ALL}


def together(recipe: Recipe, strengths: Mapping[str, float]) -> Recipe:
    """The recipe with all of these cures: key -> strength."""
    for key, strength in strengths.items():
        recipe = CURES[key].apply(recipe, strength)
    return recipe
