"""Rules that give each coordinate its own step, by the size of its gradients."""

from typing import ClassVar

import numpy as np

from optim_viz.optimizers.base import L2, Optimizer, Value, epsilon, fraction, l2_decay, rate

_GRADIENT = r"g_t = \nabla f(x_{t-1}) + \lambda x_{t-1}"


class AdaGrad(Optimizer):
    """Divide by the size of all gradients so far: steep coordinates slow most, and the brake never lifts."""

    formula = (
        _GRADIENT,
        r"h_t = h_{t-1} + g_t^2",
        r"x_t = x_{t-1} - \eta\, \frac{g_t}{\sqrt{h_t} + \epsilon}",
    )
    source = "Duchi, Hazan & Singer 2011, Figure 1 (diagonal form)"
    torch = "torch.optim.Adagrad(params, lr={lr}, eps={eps}, weight_decay={weight_decay})"
    program = L2 + "h = h + g^2\nx = x - lr*g/(sqrt(h) + eps)"

    lr: Value = rate(0.01)
    eps: Value = epsilon(1e-10)
    weight_decay: Value = l2_decay()

    def init(self, x):
        return {"h": np.zeros_like(x)}

    def step(self, x, grad, state, t):
        g = grad(x) + self.weight_decay * x
        h = state["h"] + g**2
        size = np.sqrt(h) + self.eps
        return x - self.lr * g / size, {"h": h}


class Adadelta(Optimizer):
    """Average recent gradients and recent steps: their ratio is a step in the units of x, without a rate."""

    formula = (
        _GRADIENT,
        r"E[g^2]_t = \rho\, E[g^2]_{t-1} + (1-\rho)\, g_t^2",
        r"\Delta x_t = -\frac{\sqrt{E[\Delta x^2]_{t-1} + \epsilon}}{\sqrt{E[g^2]_t + \epsilon}}\, g_t",
        r"E[\Delta x^2]_t = \rho\, E[\Delta x^2]_{t-1} + (1-\rho)\, \Delta x_t^2",
        r"x_t = x_{t-1} + \eta\, \Delta x_t",
    )
    source = "Zeiler 2012, Algorithm 1 (there η = 1)"
    torch = "torch.optim.Adadelta(params, lr={lr}, rho={rho}, eps={eps}, weight_decay={weight_decay})"
    program = L2 + (
        "E_g2 = rho*E_g2 + (1-rho)*g^2\ndx = -sqrt(E_dx2 + eps)/sqrt(E_g2 + eps)*g\n"
        "E_dx2 = rho*E_dx2 + (1-rho)*dx^2\nx = x + lr*dx"
    )
    symbols: ClassVar = {"E_g2": "E[g^2]_t", "E_dx2": r"E[\Delta x^2]_t", "dx": r"\Delta x_t"}

    lr: Value = rate(1.0, "Factor on the step, 1 in the paper.")
    rho: Value = fraction(0.9, r"\rho", "Memory of the two averages: about 1/(1-ρ) steps.")
    eps: Value = epsilon(1e-6, "Inside both roots; it also sets the size of the first steps.")
    weight_decay: Value = l2_decay()

    def init(self, x):
        return {"E_g2": np.zeros_like(x), "E_dx2": np.zeros_like(x)}

    def step(self, x, grad, state, t):
        g = grad(x) + self.weight_decay * x
        E_g2 = self.rho * state["E_g2"] + (1 - self.rho) * g**2
        factor = np.sqrt(state["E_dx2"] + self.eps) / np.sqrt(E_g2 + self.eps)
        dx = -factor * g
        E_dx2 = self.rho * state["E_dx2"] + (1 - self.rho) * dx**2
        return x + self.lr * dx, {"E_g2": E_g2, "E_dx2": E_dx2}

    def per_axis(self, inside):
        return self.lr * inside["factor"]


class RMSprop(Optimizer):
    """Divide by the size of the recent gradients only: AdaGrad that forgets."""

    formula = (
        _GRADIENT,
        r"h_t = \rho\, h_{t-1} + (1-\rho)\, g_t^2",
        r"x_t = x_{t-1} - \eta\, \frac{g_t}{\sqrt{h_t} + \epsilon}",
    )
    source = "Tieleman & Hinton 2012, Coursera lecture 6.5"
    torch = "torch.optim.RMSprop(params, lr={lr}, alpha={decay}, eps={eps}, weight_decay={weight_decay})"
    program = L2 + "h = decay*h + (1-decay)*g^2\nx = x - lr*g/(sqrt(h) + eps)"

    lr: Value = rate(0.01)
    decay: Value = fraction(
        0.99, r"\rho", "Memory of the average: 0.9 in Hinton's lecture, 0.99 in torch and the book."
    )
    eps: Value = epsilon(1e-8)
    weight_decay: Value = l2_decay()

    def init(self, x):
        return {"h": np.zeros_like(x)}

    def step(self, x, grad, state, t):
        g = grad(x) + self.weight_decay * x
        h = self.decay * state["h"] + (1 - self.decay) * g**2
        size = np.sqrt(h) + self.eps
        return x - self.lr * g / size, {"h": h}
