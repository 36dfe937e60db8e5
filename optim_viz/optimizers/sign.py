"""Rules that use the sign of the gradient and ignore its size."""

import numpy as np

from optim_viz.optimizers.base import LR, Optimizer, Value, decoupled_decay, fraction, param, rate


class Lion(Optimizer):
    """Take the sign of an averaged gradient: every coordinate moves equally far, whatever the slope."""

    formula = (
        r"g_t = \nabla f(x_{t-1})",
        r"c_t = \beta_1 m_{t-1} + (1-\beta_1)\, g_t",
        r"x_t = x_{t-1} - \eta \left(\operatorname{sign}(c_t) + \lambda x_{t-1}\right)",
        r"m_t = \beta_2 m_{t-1} + (1-\beta_2)\, g_t",
    )
    source = "Chen et al. 2023, Algorithm 2"
    program = "c = beta1*m + (1-beta1)*g\nx = x - lr*(sign(c) + weight_decay*x)\nm = beta2*m + (1-beta2)*g"

    lr: Value = rate(0.0001)
    beta1: Value = fraction(0.9, r"\beta_1", "Share of the memory m in this step's direction.")
    beta2: Value = fraction(0.99, r"\beta_2", "Memory of the average gradient m: about 1/(1-β₂) steps.")
    weight_decay: Value = decoupled_decay(0.0)

    def init(self, x):
        return {"m": np.zeros_like(x)}

    def step(self, x, grad, state, t):
        g = grad(x)
        c = self.beta1 * state["m"] + (1 - self.beta1) * g
        m = self.beta2 * state["m"] + (1 - self.beta2) * g
        return x - self.lr * (np.sign(c) + self.weight_decay * x), {"m": m}


class Rprop(Optimizer):
    """Each coordinate has its own step: longer while the slope keeps its sign, shorter after a turn."""

    formula = (
        r"s_t = \operatorname{sign}(\nabla f(x_{t-1})\, g_{t-1})",
        r"\Delta_t = \Delta_{t-1} \cdot \begin{cases}\eta^+ & s_t = 1 \\ 1 & s_t = 0 \\ \eta^- & s_t = -1\end{cases}",
        r"\Delta_{\min} \le \Delta_t \le \Delta_{\max}",
        r"g_t = \begin{cases}\nabla f(x_{t-1}) & s_t \ge 0 \\ 0 & s_t = -1\end{cases}",
        r"x_t = x_{t-1} - \operatorname{sign}(g_t)\, \Delta_t",
    )
    source = "Riedmiller & Braun 1993, in the form iRprop− of Igel & Hüsken 2000 (as torch)"
    torch = "torch.optim.Rprop(params, lr={lr}, etas=({eta_minus}, {eta_plus}), step_sizes=({step_min}, {step_max}))"
    program = (
        "s = sign(g)*sign(p)\nDelta = Delta + lr*step(1.5 - t)\n"
        "Delta = Delta*(eta_plus*max(s, 0) + eta_minus*max(-s, 0) + 1 - abs(s))\n"
        "Delta = min(max(Delta, step_min), step_max)\np = g*(1 - max(-s, 0))\nx = x - sign(p)*Delta"
    )

    lr: Value = rate(0.01, "The first step length, the same for every coordinate.")
    eta_minus: Value = param(
        0.5,
        (0.1, 0.2, 0.3, 0.5, 0.7, 0.9),
        r"\eta^-",
        "Factor on the step length after the slope turned.",
        "(0, 1)",
    )
    eta_plus: Value = param(
        1.2,
        (1.0, 1.05, 1.1, 1.2, 1.3, 1.5, 2.0),
        r"\eta^+",
        "Factor while the slope keeps its sign.",
        "[1, ∞)",
    )
    step_min: Value = param(1e-6, (0.0, 1e-10, 1e-8, 1e-6, 1e-4, 1e-3, 1e-2), r"\Delta_{\min}", "Shortest step.")
    step_max: Value = param(50.0, (*LR[-12:], 20.0, 50.0), r"\Delta_{\max}", "Longest step.", "(0, ∞)")

    def init(self, x):
        return {"g": np.zeros_like(x), "Delta": np.full_like(x, self.lr)}

    def step(self, x, grad, state, t):
        g = grad(x)
        s = np.sign(g) * np.sign(state["g"])
        Delta = state["Delta"]
        Delta = np.where(s > 0, self.eta_plus * Delta, np.where(s < 0, self.eta_minus * Delta, Delta))
        Delta = np.minimum(np.maximum(Delta, self.step_min), self.step_max)
        g = np.where(s < 0, 0.0, g)
        return x - np.sign(g) * Delta, {"g": g, "Delta": Delta}
