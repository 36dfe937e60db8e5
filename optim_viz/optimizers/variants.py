"""Rules with one part changed, to see what that part does: not in the list, but optimizers like any other."""

import math

from optim_viz.optimizers.adam import Adam, AdamP, AdamW, AMSGrad
from optim_viz.optimizers.base import Optimizer
from optim_viz.optimizers.descent import Momentum


class MomentumEMA(Momentum):
    """Momentum whose velocity is the average of the gradients, not their sum."""

    formula = (
        r"g_t = \nabla f(x_{t-1}) + \lambda x_{t-1}",
        r"v_t = \mu\, v_{t-1} + (1-\mu)\, g_t",
        r"x_t = x_{t-1} - \eta\, v_t",
    )
    source = "The average m of Kingma & Ba 2015, Algorithm 1, as the step"
    differs = "torch has it as dampening = momentum, but for the first step, which torch takes in full."
    torch = ""
    bound = "2(1+μ)/(1−μ)/{}"

    def step(self, x, grad, state, t):
        g = grad(x) + self.weight_decay * x
        v = self.momentum * state["v"] + (1 - self.momentum) * g
        return x - self.lr * v, {"v": v}

    def stability_limit(self, curvature):
        limit = super().stability_limit(curvature)
        return None if limit is None else limit / (1 - self.momentum)


class _Uncorrected:
    def step(self, x, grad, state, t):
        return super().step(x, grad, state, math.inf)  # type: ignore[misc]  # 1 - beta**inf is 1


def _without(rule: type[Optimizer], *parts: tuple[str, str]) -> tuple[str, ...]:
    """The rule's formula with parts of it written otherwise; a line that becomes empty is left out."""
    lines = rule.formula
    for part, instead in parts:
        lines = tuple(line.replace(part, instead) for line in lines)
    return tuple(filter(None, lines))


_HATS = next(line for line in Adam.formula if r"\qquad" in line)
_SOURCE = "{} without the division by 1 − βᵗ"


class AdamUncorrected(_Uncorrected, Adam):
    """Adam whose averages are not corrected for starting at zero."""

    formula = _without(Adam, (_HATS, ""), (r"\hat m_t", "m_t"), (r"\hat v_t", "v_t"))
    source, torch = _SOURCE.format(Adam.source), ""


class AdamWUncorrected(_Uncorrected, AdamW):
    """AdamW whose averages are not corrected for starting at zero."""

    formula = _without(AdamW, (_HATS, ""), (r"\hat m_t", "m_t"), (r"\hat v_t", "v_t"))
    source, torch = _SOURCE.format(AdamW.source), ""


class AMSGradUncorrected(_Uncorrected, AMSGrad):
    """AMSGrad as its paper has it: without the correction for starting at zero."""

    formula = _without(AMSGrad, (r" / (1-\beta_1^t)", ""), (r" / (1-\beta_2^t)", ""))
    source, torch = "Reddi, Kale & Kumar 2018, Algorithm 2", ""


class AdamPUncorrected(_Uncorrected, AdamP):
    """AdamP whose averages are not corrected for starting at zero."""

    formula = _without(AdamP, (r" / (1-\beta_2^t)", ""), (r"\frac{\eta}{1-\beta_1^t}", r"\eta"))
    source, torch = _SOURCE.format(AdamP.source), ""


VARIANTS: dict[str, type[Optimizer]] = {
    rule.name: rule for rule in (MomentumEMA, AdamUncorrected, AdamWUncorrected, AMSGradUncorrected, AdamPUncorrected)
}
