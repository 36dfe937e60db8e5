"""Rules that follow the gradient itself, with or without a memory of where they were going."""

import numpy as np

from optim_viz.optimizers.base import L2, Optimizer, Value, fraction, l2_decay, rate

_ALPHA = "Momentum: the share of the last step that is kept."


class SGD(Optimizer):
    """Walk straight downhill, further where it is steeper."""

    formula = (
        r"g_t = \nabla f(x_{t-1}) + \lambda x_{t-1}",
        r"x_t = x_{t-1} - \eta\, g_t",
    )
    source = "Cauchy 1847; Robbins & Monro 1951"
    torch = "torch.optim.SGD(params, lr={lr}, weight_decay={weight_decay})"
    program = L2 + "x = x - lr*g"
    bound = "2/{}"
    optimum = "2/(λmin + λmax)"

    lr: Value = rate(0.001)
    weight_decay: Value = l2_decay()

    def init(self, x):
        return {}

    def step(self, x, grad, state, t):
        g = grad(x) + self.weight_decay * x
        return x - self.lr * g, {}

    def stability_limit(self, curvature):
        return _limit(2, curvature + self.weight_decay)

    def best_fixed_rate(self, low, high):
        return _limit(2, low + high + 2 * self.weight_decay)


class Momentum(Optimizer):
    """Roll like a heavy ball: slopes that agree add up, slopes that alternate cancel."""

    formula = (
        r"g_t = \nabla f(x_{t-1}) + \lambda x_{t-1}",
        r"v_t = \mu\, v_{t-1} - \eta\, g_t",
        r"x_t = x_{t-1} + v_t",
    )
    source = "Polyak 1964; Sutskever et al. 2013, Eqs. 1-2"
    differs = "torch keeps v divided by −η: the path is the same, until η changes on the way."
    torch = "torch.optim.SGD(params, lr={lr}, momentum={momentum}, weight_decay={weight_decay})"
    program = L2 + "v = momentum*v - lr*g\nx = x + v"
    bound = "2(1+μ)/{}"

    lr: Value = rate(0.001)
    momentum: Value = fraction(0.9, r"\mu", _ALPHA)
    weight_decay: Value = l2_decay()

    def init(self, x):
        return {"v": np.zeros_like(x)}

    def step(self, x, grad, state, t):
        g = grad(x) + self.weight_decay * x
        v = self.momentum * state["v"] - self.lr * g
        return x + v, {"v": v}

    def stability_limit(self, curvature):
        return _limit(2 * (1 + self.momentum), curvature + self.weight_decay)


class Nesterov(Optimizer):
    """Take the slope where the momentum is about to lead, so that the ball brakes before it overshoots."""

    formula = (
        r"y_t = x_{t-1} + \mu\, v_{t-1}",
        r"g_t = \nabla f(y_t) + \lambda y_t",
        r"v_t = \mu\, v_{t-1} - \eta\, g_t",
        r"x_t = x_{t-1} + v_t",
    )
    source = "Nesterov 1983; Sutskever et al. 2013, Eqs. 3-4"
    differs = "torch stores the look-ahead point x + μv instead of x: its path is this one, seen μv ahead."
    torch = "torch.optim.SGD(params, lr={lr}, momentum={momentum}, weight_decay={weight_decay}, nesterov=True)"
    program = "y = x + momentum*v\nv = momentum*v - lr*(g(y) + weight_decay*y)\nx = x + v"
    bound = "2(1+μ)/(1+2μ)/{}"

    lr: Value = rate(0.001)
    momentum: Value = fraction(0.9, r"\mu", _ALPHA)
    weight_decay: Value = l2_decay()

    def init(self, x):
        return {"v": np.zeros_like(x)}

    def step(self, x, grad, state, t):
        y = x + self.momentum * state["v"]
        g = grad(y) + self.weight_decay * y
        v = self.momentum * state["v"] - self.lr * g
        return x + v, {"v": v}

    def stability_limit(self, curvature):
        return _limit(2 * (1 + self.momentum) / (1 + 2 * self.momentum), curvature + self.weight_decay)

    def torch_code(self):
        code = super().torch_code()
        return code if np.all(self.momentum) else code.replace(", nesterov=True", "")  # torch refuses it at μ = 0


def _limit(numerator: Value, curvature: Value) -> Value | None:
    return numerator / curvature if np.all(curvature > 0) else None
