"""The optimizers, in teaching order. A new one is a class, and its name in the tuple below."""

from optim_viz.optimizers.adam import Adam, AdamP, AdamW, AMSGrad, NAdam, RAdam
from optim_viz.optimizers.adaptive import Adadelta, AdaGrad, RMSprop
from optim_viz.optimizers.base import Hyperparameter, Optimizer, param
from optim_viz.optimizers.descent import SGD, Momentum, Nesterov
from optim_viz.optimizers.sign import Lion, Rprop

_RULES = (
    SGD,
    Momentum,
    Nesterov,
    AdaGrad,
    Adadelta,
    RMSprop,
    Adam,
    AdamW,
    AMSGrad,
    NAdam,
    RAdam,
    AdamP,
    Lion,
    Rprop,
)
OPTIMIZERS: dict[str, type[Optimizer]] = {rule.name: rule for rule in _RULES}

__all__ = ["OPTIMIZERS", "Hyperparameter", "Optimizer", "param", *OPTIMIZERS]  # pyright: ignore[reportUnsupportedDunderAll]
