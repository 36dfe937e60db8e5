"""How the learning rate changes on the way: a schedule is a factor on lr at every update.

Update t = 1, 2, ... of `steps` is what torch calls epoch t - 1, with `scheduler.step()` after each update.
"""

import math
from typing import Any, ClassVar

import numpy as np

from optim_viz.nn.parts import Part, real, whole
from optim_viz.words import Text

Memory = dict[str, np.ndarray]
_FLOOR = (0.0, 0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


class Schedule(Part):
    """A factor on the learning rate at every update."""

    title: ClassVar[Text]
    listens: ClassVar[bool] = False  # whether the loss on the way decides

    def factor(self, t: int, steps: int) -> float:
        """What lr is multiplied by at update t = 1, 2, ... of `steps`."""
        raise NotImplementedError

    def follow(self, t: int, steps: int, loss: Any, memory: Memory | None) -> tuple[Any, Memory | None]:
        """The factor at update t, and what to remember (at first None); `loss` (...) is that before the update."""
        return self.factor(t, steps), memory

    def torch_code(self, *, lr: float, steps: int) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The same schedule in PyTorch for a run of `steps` updates at rate `lr`."""
        return super().torch_code(lr=lr, steps=steps, low=getattr(self, "floor", 0.0) * lr)


def floor() -> Any:
    return real(0.0, "[0, 1)", r"\varphi", "The share of lr that is left at the lowest point.", _FLOOR)


def gamma(default: float, help: str) -> Any:
    return real(default, "(0, 1]", r"\gamma", help, (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995))


class ConstantRate(Schedule):
    """The same rate from the first update to the last."""

    title = Text("constant")
    formula = (r"\eta_t = \eta",)
    source = "Robbins & Monro 1951 show why noise needs more than this"
    torch = "torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0)"

    def factor(self, t, steps):
        return 1.0


class StepDecay(Schedule):
    """Keep the rate for a while, then cut it at once, again and again."""

    title = Text("step")
    formula = (r"\eta_t = \eta\, \gamma^{\lfloor (t-1)/n \rfloor}",)
    source = "He et al. 2016, section 3.4, with cuts at even distances"
    torch = "torch.optim.lr_scheduler.StepLR(optimizer, step_size={every}, gamma={gamma})"

    every: int = whole(20, "[1, ∞)", "n", "Updates between two cuts.", (1, 2, 5, 10, 20, 30, 50, 100, 200))
    gamma: float = gamma(0.5, "What a cut leaves of the rate.")

    def factor(self, t, steps):
        return self.gamma ** ((t - 1) // self.every)


class ExponentialDecay(Schedule):
    """Shrink the rate by the same share at every update."""

    title = Text("exponential")
    formula = (r"\eta_t = \eta\, \gamma^{\,t-1}",)
    source = "torch.optim.lr_scheduler.ExponentialLR"
    torch = "torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma={gamma})"

    gamma: float = gamma(0.97, "What one update leaves of the rate.")

    def factor(self, t, steps):
        return self.gamma ** (t - 1)


class InverseTimeDecay(Schedule):
    """Divide by the time that has passed: the rates add up to infinity, their squares do not."""

    title = Text("1/t")
    formula = (r"\eta_t = \frac{\eta}{1 + k\,(t-1)}",)
    source = "Robbins & Monro 1951, section 2"
    torch = "torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 / (1 + {decay} * epoch))"

    decay: float = real(0.1, "[0, ∞)", "k", "How soon the rate is halved: after 1/k updates.",
                        (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0))  # fmt: skip

    def factor(self, t, steps):
        return 1 / (1 + self.decay * (t - 1))


class PolynomialDecay(Schedule):
    """Go down to zero at the end of the run, along a straight line or a power of it."""

    title = Text("polynomial")
    formula = (r"\eta_t = \eta \left(1 - \frac{t-1}{T}\right)^{p}",)
    source = "Chen et al. 2017 (DeepLab), section 4.1"
    torch = "torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters={steps}, power={power})"

    power: float = real(1.0, "(0, ∞)", "p", "1 is a straight line.", (0.5, 0.9, 1.0, 2.0, 3.0))

    def factor(self, t, steps):
        return (1 - (t - 1) / steps) ** self.power


def _cosine(share: float) -> float:
    """From 1 to 0 along half a wave as share goes from 0 to 1."""
    return (1 + math.cos(math.pi * share)) / 2


class CosineDecay(Schedule):
    """Go down along half a wave: slowly at first, slowly at the end."""

    title = Text("cosine")
    formula = (r"\eta_t = \eta \left(\varphi + \tfrac{1-\varphi}{2}"
               r"\left(1 + \cos \pi \tfrac{t-1}{T}\right)\right)",)  # fmt: skip
    source = "Loshchilov & Hutter 2017 (SGDR), Eq. 5, one period"
    torch = "torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max={steps}, eta_min={low})"

    floor: float = floor()

    def factor(self, t, steps):
        return self.floor + (1 - self.floor) * _cosine((t - 1) / steps)


class WarmRestarts(Schedule):
    """A cosine that jumps back to the full rate, each time after a longer period."""

    title = Text("warm restarts")
    formula = (
        r"\eta_t = \eta \left(\varphi + \tfrac{1-\varphi}{2}\left(1 + \cos \pi \tfrac{T_{cur}}{T_i}\right)\right)",
        r"T_{i+1} = m\, T_i \qquad T_{cur} \leftarrow 0 \text{ when it reaches } T_i",
    )
    source = "Loshchilov & Hutter 2017 (SGDR), Eq. 5"
    torch = ("torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0={first}, T_mult={multiply}, "
             "eta_min={low})")  # fmt: skip

    first: int = whole(20, "[1, ∞)", "T_0", "Updates in the first period.", (2, 5, 10, 20, 30, 50, 100, 200))
    multiply: int = whole(2, "[1, 100]", "m", "How many times longer each period is than the last.", (1, 2, 3))
    floor: float = floor()

    def factor(self, t, steps):
        now, period = t - 1, self.first
        while now >= period:
            now, period = now - period, period * self.multiply
            if self.multiply == 1:
                now %= period
        return self.floor + (1 - self.floor) * _cosine(now / period)


class OneCycle(Schedule):
    """Start low, rise to the full rate, and come down much lower than it began."""

    title = Text("one cycle")
    formula = (
        r"\eta_1 = \eta / d \;\to\; \eta \;\to\; \eta_T = \eta / (d\, d_{end})",
        r"\text{up for the share } p \text{ of the run, each way along half a wave}",
    )
    source = "Smith & Topin 2018, in torch's two phases"
    torch = ("torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr={lr}, total_steps={steps}, pct_start={rise}, "
             "div_factor={divide}, final_div_factor={divide_end}, cycle_momentum=False)")  # fmt: skip
    differs = "lr is the highest rate, and momentum stays as it is."

    rise: float = real(0.3, "[0, 1]", "p", "The share of the run in which the rate rises.", (0.1, 0.2, 0.3, 0.4, 0.5))
    divide: float = real(25.0, "[1, ∞)", "d", "How many times lower than lr it starts.",
                         (1.0, 2.0, 5.0, 10.0, 25.0, 100.0))  # fmt: skip
    divide_end: float = real(1e4, "[1, ∞)", "d_{end}", "How many times lower than it starts it ends.",
                             (1.0, 10.0, 100.0, 1e3, 1e4))  # fmt: skip

    def factor(self, t, steps):
        low, end, now = 1 / self.divide, 1 / (self.divide * self.divide_end), t - 1
        top, last = self.rise * steps - 1, steps - 1
        if now <= top:
            return 1 + (low - 1) * _cosine(now / top if top else 1.0)
        return end + (1 - end) * _cosine((now - top) / (last - top))


class ReduceOnPlateau(Schedule):
    """Listen to the loss: when it has not fallen for a while, cut the rate."""

    title = Text("reduce on plateau")
    formula = (
        r"f_t < (1 - \theta)\, f_{best} \;\Rightarrow\; \text{better}",
        r"\text{not better more than } n \text{ times in a row} \;\Rightarrow\; \eta \leftarrow \max(\gamma\,\eta,\;"
        r" \varphi\,\eta_1)",
    )
    source = "torch.optim.lr_scheduler.ReduceLROnPlateau"
    differs = "The loss heard is f at the point itself, without noise, before each update."
    torch = ("torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor={gamma}, patience={patience}, "
             "threshold={threshold}, cooldown={cooldown}, min_lr={low}, eps=0)")  # fmt: skip
    listens = True

    gamma: float = gamma(0.5, "What a cut leaves of the rate.")
    patience: int = whole(5, "[0, ∞)", "n", "How many updates in a row may be no better.", (0, 1, 2, 3, 5, 10, 20, 50))
    threshold: float = real(1e-4, "[0, 1)", r"\theta", "The share by which the loss must fall to count as better.",
                            (0.0, 1e-4, 1e-3, 0.01, 0.1))  # fmt: skip
    cooldown: int = whole(0, "[0, ∞)", "c", "Updates after a cut in which nothing is counted.", (0, 1, 2, 5, 10, 20))
    floor: float = floor()

    def factor(self, t, steps):
        raise ValueError(Text("Reduce on plateau needs the losses on the way."))

    def follow(self, t, steps, loss, memory):
        if memory is None:
            zero = np.zeros(np.shape(loss))
            memory = {"best": zero + np.inf, "bad": zero, "rest": zero, "scale": zero + 1}
        best, bad, rest = memory["best"], memory["bad"], memory["rest"]
        better = loss < best * (1 - self.threshold)
        bad = np.where(better | (rest > 0), 0, bad + 1)
        rest = np.maximum(rest - 1, 0)
        cut = bad > self.patience
        scale = np.where(cut, np.maximum(memory["scale"] * self.gamma, self.floor), memory["scale"])
        rest, bad = np.where(cut, self.cooldown, rest), np.where(cut, 0, bad)
        memory = {"best": np.where(better, loss, best), "bad": bad, "rest": rest, "scale": scale}
        return (scale if scale.ndim else float(scale)), memory


class WarmUp(Schedule):
    """Begin with a small rate and raise it evenly; another schedule takes over from there."""

    title = Text("warm-up")
    formula = (r"\eta_t = \eta \left(s + (1-s)\,\tfrac{t-1}{n}\right) \quad t \le n",)
    source = "Goyal et al. 2017, section 2.2"
    torch = "torch.optim.lr_scheduler.LinearLR(optimizer, start_factor={start}, total_iters={length})"

    length: int = whole(10, "[1, ∞)", "n", "Updates until the full rate.", (1, 2, 5, 10, 20, 30, 50, 100))
    start: float = real(0.1, "(0, 1]", "s", "The share of lr at the first update.", (0.001, 0.01, 0.1, 0.2, 0.5))
    then: Schedule = ConstantRate()  # pyright: ignore[reportCallIssue]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.then, Schedule) or isinstance(self.then, WarmUp):
            raise ValueError(Text("then must be another schedule."))

    @property
    def listens(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.then.listens

    def factor(self, t, steps):
        return self._rising(t) if t <= self.length else self.then.factor(t - self.length, steps - self.length)

    def follow(self, t, steps, loss, memory):
        if t <= self.length:
            return self._rising(t), memory
        return self.then.follow(t - self.length, steps - self.length, loss, memory)

    def _rising(self, t: int) -> float:
        return self.start + (1 - self.start) * (t - 1) / self.length

    def torch_code(self, *, lr, steps):
        if self.then.listens:
            return ""  # SequentialLR refuses it
        after = self.then.torch_code(lr=lr, steps=max(steps - self.length, 1))
        up = super().torch_code(lr=lr, steps=steps)
        return f"torch.optim.lr_scheduler.SequentialLR(optimizer, [{up}, {after}], milestones=[{self.length}])"


_ALL = (ConstantRate, StepDecay, ExponentialDecay, InverseTimeDecay, PolynomialDecay, CosineDecay, WarmUp,
        WarmRestarts, OneCycle, ReduceOnPlateau)  # fmt: skip
SCHEDULES: dict[str, type[Schedule]] = {schedule.name: schedule for schedule in _ALL}


def factors(schedule: Schedule, steps: int, losses: Any = None) -> np.ndarray:
    """What lr was multiplied by at updates 1 to `steps`: (steps, ...); `losses` (steps, ...) for one that listens."""
    found, memory = [], None
    for t in range(1, steps + 1):
        factor, memory = schedule.follow(t, steps, None if losses is None else losses[t - 1], memory)
        found.append(factor)
    return np.array(found, dtype=float)


__all__ = ["SCHEDULES", "Schedule", "factors", *SCHEDULES]  # pyright: ignore[reportUnsupportedDunderAll]
