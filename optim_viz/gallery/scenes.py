"""What is played: a race, or one optimizer looked into, from a preset, an example or the link of a lesson's step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from optim_viz import player
from optim_viz.closeup import closeup
from optim_viz.inside import Inside, inside
from optim_viz.optimizers import OPTIMIZERS, Optimizer
from optim_viz.presets import LANDING, Preset
from optim_viz.sayings import EXAMPLES, Example
from optim_viz.surfaces import SURFACES, Surface
from optim_viz.surfaces.fit import fit
from optim_viz.switches import EPS, SWITCHES
from optim_viz.trace import Path, trace
from optim_viz.translation import translate
from optim_viz.tune import best_rate

Link = Mapping[str, str | Sequence[str]]
_GRID = 90  # points of the map per axis: looks the same as 120 and is 30 kB smaller
_LOOKS = {"log": True, "equal": False, "field": False}  # what a race's link says about its picture
_INSIDE = EXAMPLES["damp"]
_LIVELY = 0.3  # the page's own rate for rules that no example has


@dataclass(frozen=True, eq=False)
class Scene:
    """Rules on a surface from one start; `switch` is the part left out beside a rule that is looked into."""

    page: str
    rules: tuple[Optimizer, ...]
    surface: Surface
    start: tuple[float, float]
    steps: int
    noise: float = 0.0
    seed: int = 0
    switch: str | None = None
    eps: float = EPS
    looks: Mapping[str, bool] = field(default_factory=dict)

    @cached_property
    def paths(self) -> list[Path]:
        """One path per rule; of one that is looked into also the path without its part."""
        other = SWITCHES[self.switch].change(self.rules[0], self.eps) if self.switch else None
        rules = [*self.rules, *([] if other is None else [other])]
        return trace(rules, self.surface, self.start, self.steps, noise=self.noise, seed=self.seed)

    @cached_property
    def insides(self) -> list[Inside]:
        """Every update of the paths, on the part of the surface they play in; none for a race."""
        if self.page == "race":
            return []
        near = closeup(self.surface, self.paths)
        return [inside(replace(path, surface=near)) for path in self.paths]

    @property
    def shown(self) -> list[Path]:
        """The paths on the ground they are drawn on."""
        return [one.path for one in self.insides] or self.paths

    def ground(self, lang: str) -> bytes:
        """The player's message for the surface, with its words."""
        texts = {key: translate(text, lang) for key, text in player.TEXTS.items()}
        return player.pack_surface(self.shown[0].surface, _GRID, texts=texts)

    def message(self, lang: str) -> bytes:
        """The player's message for the paths."""
        without = SWITCHES[self.switch].name if self.switch else None

        def say(text: str) -> str:
            return translate(text, lang)

        options: dict[str, Any] = dict(self.looks)
        if self.insides:
            options = player.inside_options(self.insides, without, say)
        return player.pack_paths(self.shown, start_mode=False, listen=bool(self.insides), **options)


def of_preset(preset: Preset) -> Scene:
    """A race that is one of the page's presets."""
    start = (float(preset.start[0]), float(preset.start[1]))
    return Scene("race", preset.optimizers, preset.ground, start, preset.steps, preset.noise)


def of_example(example: Example) -> Scene:
    """An optimizer looked into, as the page offers it."""
    surface = SURFACES[example.surface]
    return Scene("inside", (example.rule,), surface, example.start, example.steps, switch=example.switch or None)


def of_link(page: str, link: Link) -> Scene | None:
    """What the page "race" or "inside" shows when it is opened with a link; None for any other page.

    ValueError for a parameter that is not known here.
    """
    left = {key: [value] if isinstance(value, str) else list(value) for key, value in link.items()}
    if page not in ("race", "inside"):
        return None
    scene = _race(left) if page == "race" else _inside(left)
    if left:
        raise ValueError(f"{page}: nothing is known of {', '.join(left)}")
    return scene


def _race(left: dict[str, list[str]]) -> Scene:
    surface = _surface(left, "", LANDING.surface)
    usual = {rule.name: rule for rule in LANDING.optimizers}
    names = left.pop("opt", list(usual))
    rules = tuple(_rule(left, "", usual.get(name) or OPTIMIZERS[name]()) for name in OPTIMIZERS if name in names)
    looks = {key: left.pop(key)[-1] == "true" for key in _LOOKS if key in left}
    noise = _number(left, "noise", LANDING.noise)
    seed, steps = (int(_number(left, key, value)) for key, value in (("seed", 0), ("steps", LANDING.steps)))
    left.pop("view", None)  # what is unfolded below the picture
    return Scene("race", rules, surface, _start(left, "", surface.start), steps, noise, seed, looks=looks)


def _inside(left: dict[str, list[str]]) -> Scene:
    name = left.pop("in.opt", [_INSIDE.rule.name])[-1]
    surface = _surface(left, "in.", _INSIDE.surface)
    rule = _rule(left, "in.", _usual(name, surface.name))
    fits = SWITCHES[_INSIDE.switch].change(OPTIMIZERS[name](), EPS) is not None and name == _INSIDE.rule.name
    switch = left.pop("in.off", [_INSIDE.switch if fits else ""])[-1] or None
    eps, steps = _number(left, "in.eps", EPS), int(_number(left, "in.steps", _INSIDE.steps))
    start = _start(left, "in.", _beginning(surface))
    left.pop("in.view", None)
    return Scene("inside", (rule,), surface, start, steps, switch=switch, eps=eps)


def _beginning(surface: Surface) -> tuple[float, float]:
    return _INSIDE.start if surface.name == _INSIDE.surface else (float(surface.start[0]), float(surface.start[1]))


@lru_cache(maxsize=64)
def _usual(name: str, surface: str) -> Optimizer:
    """What the page "inside" starts an optimizer with."""
    known = next((example.rule for example in EXAMPLES.values() if example.rule.name == name), None)
    rule = known or OPTIMIZERS[name](lr=_LIVELY)  # type: ignore[call-arg]
    if surface == _INSIDE.surface:
        return rule
    return best_rate(rule, SURFACES[surface], _beginning(SURFACES[surface]), _INSIDE.steps)


def _surface(left: dict[str, list[str]], prefix: str, usual: str) -> Surface:
    name = left.pop(f"{prefix}surface", [usual])[-1]
    surface = _typed(left) if name == "own" else SURFACES[name]
    letters = {letter: _number(left, f"{name}.{letter}", value) for letter, value in surface.parameters.items()}
    return surface if letters == surface.parameters else surface.replace(**letters)


def _typed(left: dict[str, list[str]]) -> Surface:
    """A formula of one's own, on the domain that suits it unless the link says another."""
    text = left.pop("f", [SURFACES[LANDING.surface].formula])[-1]
    shown = fit(Surface(text))
    across, up = (
        (_number(left, f"{axis}min", side[0]), _number(left, f"{axis}max", side[1]))
        for axis, side in (("x", shown.x), ("y", shown.y))
    )
    inside = all(low <= at <= high for at, (low, high) in zip(shown.start, (across, up), strict=True))
    return Surface(text, x=across, y=up, start=shown.start if inside else None)


def _rule(left: dict[str, list[str]], prefix: str, usual: Optimizer) -> Optimizer:
    keys = {p.name: f"{prefix}{usual.name}.{p.name}" for p in usual.hyperparameters()}
    values = {name: _number(left, key, getattr(usual, name)) for name, key in keys.items()}
    return OPTIMIZERS[usual.name](**values)


def _start(left: dict[str, list[str]], prefix: str, usual: Any) -> tuple[float, float]:
    return _number(left, f"{prefix}x0", float(usual[0])), _number(left, f"{prefix}y0", float(usual[1]))


def _number(left: dict[str, list[str]], key: str, usual: float) -> float:
    return float(left.pop(key)[-1]) if key in left else usual
