"""Adam and its relatives: an average of the gradients over the size of the gradients."""

from typing import ClassVar

import numpy as np

from optim_viz.optimizers.base import (
    L2,
    Optimizer,
    Value,
    decoupled_decay,
    each,
    epsilon,
    fraction,
    l2_decay,
    param,
    power,
    rate,
)

_GRADIENT = r"g_t = \nabla f(x_{t-1}) + \lambda x_{t-1}"
_PLAIN = r"g_t = \nabla f(x_{t-1})"
_MOMENTS = (
    r"m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g_t",
    r"v_t = \beta_2 v_{t-1} + (1-\beta_2)\, g_t^2",
)
_HATS = r"\hat m_t = \frac{m_t}{1-\beta_1^t} \qquad \hat v_t = \frac{v_t}{1-\beta_2^t}"
_AVERAGES = "m = beta1*m + (1-beta1)*g\nv = beta2*v + (1-beta2)*g^2\n"
_DECAYED = L2 + _AVERAGES
_UNBIASED = "m_hat = m/(1-beta1^t)\nv_hat = v/(1-beta2^t)\n"
_BETAS = "betas=({beta1}, {beta2}), eps={eps}, weight_decay={weight_decay}"


def _beta1() -> Value:
    return fraction(0.9, r"\beta_1", "Memory of the average gradient m: about 1/(1-β₁) steps.")


def _beta2() -> Value:
    return fraction(0.999, r"\beta_2", "Memory of the average squared gradient v: about 1/(1-β₂) steps.")


class Adam(Optimizer):
    """Average the gradients, divide by their usual size, and correct both averages for starting at zero."""

    formula = (
        _GRADIENT,
        *_MOMENTS,
        _HATS,
        r"x_t = x_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}",
    )
    source = "Kingma & Ba 2015, Algorithm 1"
    torch = "torch.optim.Adam(params, lr={lr}, " + _BETAS + ")"
    program = _DECAYED + _UNBIASED + "x = x - lr*m_hat/(sqrt(v_hat) + eps)"

    lr: Value = rate(0.001)
    beta1: Value = _beta1()
    beta2: Value = _beta2()
    eps: Value = epsilon(1e-8)
    weight_decay: Value = l2_decay()

    def init(self, x):
        return {"m": np.zeros_like(x), "v": np.zeros_like(x)}

    def step(self, x, grad, state, t):
        g = grad(x) + self.weight_decay * x
        m = self.beta1 * state["m"] + (1 - self.beta1) * g
        v = self.beta2 * state["v"] + (1 - self.beta2) * g**2
        m_hat = m / (1 - power(self.beta1, t))
        v_hat = v / (1 - power(self.beta2, t))
        size = np.sqrt(v_hat) + self.eps
        return x - self.lr * m_hat / size, {"m": m, "v": v}


class AdamW(Optimizer):
    """Adam that shrinks the point itself: decay added to the gradient would be divided away."""

    formula = (
        _PLAIN,
        *_MOMENTS,
        _HATS,
        r"x_t = x_{t-1} - \eta\lambda\, x_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}",
    )
    source = "Loshchilov & Hutter 2019, Algorithm 2, with λ multiplied by η (as torch)"
    torch = "torch.optim.AdamW(params, lr={lr}, " + _BETAS + ")"
    program = _AVERAGES + _UNBIASED + "x = x*(1 - lr*weight_decay) - lr*m_hat/(sqrt(v_hat) + eps)"

    lr: Value = rate(0.001)
    beta1: Value = _beta1()
    beta2: Value = _beta2()
    eps: Value = epsilon(1e-8)
    weight_decay: Value = decoupled_decay(0.01)

    def init(self, x):
        return {"m": np.zeros_like(x), "v": np.zeros_like(x)}

    def step(self, x, grad, state, t):
        g = grad(x)
        m = self.beta1 * state["m"] + (1 - self.beta1) * g
        v = self.beta2 * state["v"] + (1 - self.beta2) * g**2
        m_hat = m / (1 - power(self.beta1, t))
        v_hat = v / (1 - power(self.beta2, t))
        size = np.sqrt(v_hat) + self.eps
        decayed = x * (1 - self.lr * self.weight_decay)
        return decayed - self.lr * m_hat / size, {"m": m, "v": v}


class AMSGrad(Optimizer):
    """Adam that never forgets the largest gradients, so that its steps cannot grow back."""

    formula = (
        _GRADIENT,
        *_MOMENTS,
        r"\hat v_t = \max(\hat v_{t-1}, v_t)",
        r"x_t = x_{t-1} - \eta\, \frac{m_t / (1-\beta_1^t)}{\sqrt{\hat v_t / (1-\beta_2^t)} + \epsilon}",
    )
    source = "Reddi, Kale & Kumar 2018, Algorithm 2, with Adam's bias correction (as torch)"
    torch = "torch.optim.Adam(params, lr={lr}, " + _BETAS + ", amsgrad=True)"
    program = _DECAYED + "v_hat = max(v_hat, v)\nx = x - lr*m/(1-beta1^t)/(sqrt(v_hat/(1-beta2^t)) + eps)"

    lr: Value = rate(0.001)
    beta1: Value = _beta1()
    beta2: Value = _beta2()
    eps: Value = epsilon(1e-8)
    weight_decay: Value = l2_decay()

    def init(self, x):
        return {"m": np.zeros_like(x), "v": np.zeros_like(x), "v_hat": np.zeros_like(x)}

    def step(self, x, grad, state, t):
        g = grad(x) + self.weight_decay * x
        m = self.beta1 * state["m"] + (1 - self.beta1) * g
        v = self.beta2 * state["v"] + (1 - self.beta2) * g**2
        v_hat = np.maximum(state["v_hat"], v)
        size = np.sqrt(v_hat / (1 - power(self.beta2, t))) + self.eps
        return x - self.lr * m / (1 - power(self.beta1, t)) / size, {"m": m, "v": v, "v_hat": v_hat}


class NAdam(Optimizer):
    """Adam with Nesterov's look-ahead: the step uses the average the next gradient will be mixed into."""

    formula = (
        _GRADIENT,
        *_MOMENTS,
        r"\mu_t = \beta_1 \left(1 - \tfrac12\, 0.96^{t\psi}\right) \qquad \Pi_t = \Pi_{t-1}\, \mu_t",
        r"\hat m_t = \frac{\mu_{t+1}\, m_t}{1 - \Pi_t\, \mu_{t+1}} + \frac{(1-\mu_t)\, g_t}{1 - \Pi_t}",
        r"x_t = x_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{v_t / (1-\beta_2^t)} + \epsilon}",
    )
    source = "Dozat 2016, Algorithm 2, with its momentum schedule (as torch)"
    torch = "torch.optim.NAdam(params, lr={lr}, " + _BETAS + ", momentum_decay={momentum_decay})"
    program = _DECAYED + (
        "mu = beta1*(1 - 0.96^(t*momentum_decay)/2)\nmu_next = beta1*(1 - 0.96^((t+1)*momentum_decay)/2)\n"
        "Pi = (Pi + step(1.5 - t))*mu\n"
        "m_hat = mu_next*m/(1 - Pi*mu_next) + (1-mu)*g/(1-Pi)\nx = x - lr*m_hat/(sqrt(v/(1-beta2^t)) + eps)"
    )
    symbols: ClassVar = {"mu_next": r"\mu_{t+1}"}

    lr: Value = rate(0.002)
    beta1: Value = _beta1()
    beta2: Value = _beta2()
    eps: Value = epsilon(1e-8)
    momentum_decay: Value = param(
        0.004,
        (0.0, 0.001, 0.002, 0.004, 0.01, 0.02, 0.05, 0.1),
        r"\psi",
        "How fast the momentum warms up to β₁.",
    )
    weight_decay: Value = l2_decay()

    def init(self, x):
        return {"m": np.zeros_like(x), "v": np.zeros_like(x), "Pi": np.ones_like(x)}

    def step(self, x, grad, state, t):
        g = grad(x) + self.weight_decay * x
        m = self.beta1 * state["m"] + (1 - self.beta1) * g
        v = self.beta2 * state["v"] + (1 - self.beta2) * g**2
        mu = self.beta1 * (1 - 0.5 * power(0.96, t * self.momentum_decay))
        mu_next = self.beta1 * (1 - 0.5 * power(0.96, (t + 1) * self.momentum_decay))
        Pi = state["Pi"] * mu
        m_hat = mu_next * m / (1 - Pi * mu_next) + (1 - mu) * g / (1 - Pi)
        size = np.sqrt(v / (1 - power(self.beta2, t))) + self.eps
        return x - self.lr * m_hat / size, {"m": m, "v": v, "Pi": Pi}


@each
def _rectifier(rho: float, rho_inf: float) -> float:
    """RAdam's r_t; 0 while too few gradients were seen to trust v."""
    if rho <= 5:
        return 0.0
    return ((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)) ** 0.5


class RAdam(Optimizer):
    """Adam that trusts its average of squares only after enough gradients, and does without until then."""

    formula = (
        _GRADIENT,
        *_MOMENTS,
        r"\rho_\infty = \frac{2}{1-\beta_2} - 1",
        r"\rho_t = \rho_\infty - \frac{2t\beta_2^t}{1-\beta_2^t}",
        r"r_t = \begin{cases}\sqrt{\frac{(\rho_t-4)(\rho_t-2)\rho_\infty}{(\rho_\infty-4)(\rho_\infty-2)\rho_t}}"
        r" & \rho_t > 5 \\ 0 & \text{else}\end{cases}",
        r"x_t = x_{t-1} - \eta\, \frac{m_t}{1-\beta_1^t} \cdot \begin{cases}"
        r"r_t \sqrt{1-\beta_2^t} \,/\, (\sqrt{v_t} + \epsilon) & r_t > 0 \\ 1 & \text{else}\end{cases}",
    )
    source = "Liu et al. 2020, Algorithm 2, with the threshold 5 of the authors' code (4 in the paper; 5 in torch)"
    torch = "torch.optim.RAdam(params, lr={lr}, " + _BETAS + ")"
    program = _DECAYED + (
        "rho_inf = 2/(1-beta2) - 1\nrho = rho_inf - 2*t*beta2^t/(1-beta2^t)\n"
        "r = sqrt(max(rho-4, 0)*max(rho-2, 0)*rho_inf/(max(rho_inf-4, 1)*max(rho_inf-2, 1)*max(rho, 1)))\n"
        "on = step(rho - 5)\n"
        "x = x - lr*m/(1-beta1^t)*(on*r*sqrt(1-beta2^t)/(sqrt(v) + eps) + 1 - on)"
    )
    symbols: ClassVar = {"rho_inf": r"\rho_\infty"}

    lr: Value = rate(0.001)
    beta1: Value = _beta1()
    beta2: Value = _beta2()
    eps: Value = epsilon(1e-8)
    weight_decay: Value = l2_decay()

    def init(self, x):
        return {"m": np.zeros_like(x), "v": np.zeros_like(x)}

    def step(self, x, grad, state, t):
        g = grad(x) + self.weight_decay * x
        m = self.beta1 * state["m"] + (1 - self.beta1) * g
        v = self.beta2 * state["v"] + (1 - self.beta2) * g**2
        m_hat = m / (1 - power(self.beta1, t))
        unseen = 1 - power(self.beta2, t)
        rho_inf = 2 / (1 - self.beta2) - 1
        rho = rho_inf - 2 * t * power(self.beta2, t) / unseen
        r = _rectifier(rho, rho_inf)
        factor = np.where(r > 0, r * power(unseen, 0.5) / (np.sqrt(v) + self.eps), 1.0)
        return x - self.lr * m_hat * factor, {"m": m, "v": v}

    def per_axis(self, inside):
        return self.lr * inside["factor"]


def _norm(x: np.ndarray) -> np.ndarray:
    return np.sqrt((x * x).sum(axis=0))


class AdamP(Optimizer):
    """Adam without the part of the step along x itself, wherever the gradient is at right angles to x."""

    formula = (
        _PLAIN,
        *_MOMENTS,
        r"p_t = \frac{m_t}{\sqrt{v_t / (1-\beta_2^t)} + \epsilon}",
        r"q_t, w_t = \begin{cases} p_t - (\hat x \cdot p_t)\, \hat x,\; w & \text{if } |\cos(x_{t-1}, g_t)|"
        r" < \delta / \sqrt{n} \\ p_t,\; 1 & \text{else}\end{cases}",
        r"x_t = x_{t-1} - \eta\lambda w_t\, x_{t-1} - \frac{\eta}{1-\beta_1^t}\, q_t",
    )
    source = "Heo et al. 2021, Algorithm 2; the point is one layer of n weights"
    symbols: ClassVar = {"x_hat": r"\hat x"}

    lr: Value = rate(0.001)
    beta1: Value = _beta1()
    beta2: Value = _beta2()
    eps: Value = epsilon(1e-8)
    weight_decay: Value = decoupled_decay(0.0)
    delta: Value = param(
        0.1,
        (0.0, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 1.5),
        r"\delta",
        "How close to a right angle counts: |cos| < δ/√n.",
    )
    wd_ratio: Value = param(
        0.1,
        (0.0, 0.01, 0.1, 0.2, 0.5, 1.0),
        "w",
        "Share of the weight decay that is left where the step is projected.",
    )
    nesterov: Value = param(
        0.0, (0.0, 1.0), r"\nu", "1: the step mixes this gradient into m once more (Nesterov).", "[0, 1]"
    )

    def init(self, x):
        return {"m": np.zeros_like(x), "v": np.zeros_like(x)}

    def step(self, x, grad, state, t):
        g = grad(x)
        m = self.beta1 * state["m"] + (1 - self.beta1) * g
        v = self.beta2 * state["v"] + (1 - self.beta2) * g**2
        ahead = m + self.nesterov * (1 - self.beta1) * (g - m)
        size = np.sqrt(v / (1 - power(self.beta2, t))) + self.eps
        p = ahead / size
        q, w = self._project(x, g, p)
        decayed = x * (1 - self.lr * self.weight_decay * w)
        return decayed - self.lr / (1 - power(self.beta1, t)) * q, {"m": m, "v": v}

    def _project(self, x, g, p):
        length = _norm(x)
        cos = np.abs((x * g).sum(axis=0)) / (np.maximum(length, self.eps) * np.maximum(_norm(g), self.eps))
        across = cos < self.delta / len(x) ** 0.5
        x_hat = x / (length + self.eps)
        along = (x_hat * p).sum(axis=0) * x_hat
        return np.where(across, p - along, p), np.where(across, self.wd_ratio, np.ones_like(length))
