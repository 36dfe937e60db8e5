"""Update rules to begin one's own from: each a few lines, and one thing that no listed rule does."""

from dataclasses import dataclass, field

from optim_viz.optimizers import Adam, Momentum
from optim_viz.optimizers.base import Optimizer
from optim_viz.optimizers.custom import Custom, custom
from optim_viz.words import Text


@dataclass(frozen=True)
class Starter:
    """A program with the settings it begins at."""

    key: str
    name: Text
    story: Text
    program: str
    settings: dict[str, float] = field(default_factory=dict)

    @property
    def rule(self) -> Custom:
        return custom(self.program, **self.settings)


_ALL = (
    Starter(
        "brake",
        Text("Momentum with a brake"),
        Text("A ball that drops its speed along an axis as soon as it would roll uphill there: the swing goes, the "
             "speed stays."),
        "v = mu*v*step(-v*g) - lr*g\nx = x + v",
    ),
    Starter(
        "sign",
        Text("Only the sign"),
        Text("Every axis moves equally far, however steep it is; the steps shrink with √t, so that it can settle."),
        "x = x - lr*sign(g)/sqrt(t)",
        {"lr": 1.0},
    ),
    Starter(
        "secant",
        Text("Guess the curvature"),
        Text("How much the slope changed on the last step tells how far to go now: on a bowl that lies along the axes "
             "it arrives in two steps."),
        "h = abs(x - p)/(abs(g - q) + eps)\nh = h*step(t-1.5) + lr*step(1.5-t)\np = x\nq = g\nx = x - h*g",
    ),
    Starter(
        "look",
        Text("Look before you leap"),
        Text("The mean of the slope here and the slope where the step would lead: two gradients for every step."),
        "h = g(x - lr*g)\nx = x - lr*(g + h)/2",
        {"lr": 0.8},
    ),
    Starter(
        "adam",
        Text("Adam by hand"),
        Text("Adam in three lines: averages of the slope and of its square, each corrected for its start at zero. The "
             "path is Adam's."),
        "m = b1*m + (1-b1)*g\nv = b2*v + (1-b2)*g^2\nx = x - lr * (m/(1-b1^t)) / (sqrt(v/(1-b2^t)) + eps)",
        {"lr": 0.3},
    ),
    Starter(
        "idea",
        Text("Your idea"),
        Text("The shortest rule there is. Add a line, invent a name: read before it is written it is memory, never "
             "written it is a slider."),
        "x = x - lr*g",
        {"lr": 0.5},
    ),
)  # fmt: skip

STARTERS: dict[str, Starter] = {starter.key: starter for starter in _ALL}
LANDING = STARTERS["brake"]
GROUND = "Elongated bowl"
RIVALS: tuple[Optimizer, ...] = (Momentum(lr=0.1), Adam(lr=0.3))
