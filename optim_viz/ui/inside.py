"""The parts of the page "Inside an optimizer": one rule, one update at a time, with and without one of its parts."""

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import streamlit as st

from optim_viz import export, player, sayings, switches
from optim_viz.closeup import closeup
from optim_viz.inside import Inside, inside
from optim_viz.optimizers import OPTIMIZERS, Optimizer
from optim_viz.sayings import EXAMPLES, Example
from optim_viz.surfaces import SURFACES, Surface
from optim_viz.switches import SWITCHES
from optim_viz.trace import Path
from optim_viz.tune import best_rate
from optim_viz.ui import cached, explain, ground, share
from optim_viz.ui.controls import choice, coordinate
from optim_viz.ui.i18n import language, t, translate
from optim_viz.ui.player import mount
from optim_viz.ui.said import bullets
from optim_viz.ui.state import among, bound, named, put, quiet, steady
from optim_viz.words import Text

PREFIX = "in."
LANDING = EXAMPLES["damp"]
STEPS = (10, 20, 29, 40, 60, 100, 150, 200, 300, 500)
LIVELY = 0.3  # a rate at which rules without an example show something on the landing's surface
VIEWS = {"rules": Text("Formulas and code"), "notebook": Text("Notebook code")}
_SEEN, _MESSAGES = cached.Bounded(64), cached.Bounded(64)


@dataclass(frozen=True)
class Setting:
    """Everything the page shows, as numbers."""

    rule: Optimizer
    surface: Surface
    start: tuple[float, float]
    steps: int
    switch: str | None
    eps: float

    @property
    def rules(self) -> list[Optimizer]:
        """The rule, and itself without the part that is switched off."""
        other = SWITCHES[self.switch].change(self.rule, self.eps) if self.switch else None
        return [self.rule] + ([] if other is None else [other])


@dataclass(frozen=True, eq=False)
class Seen:
    """The paths of a setting; the same on the part of the surface they play in, looked into; and what they show."""

    setting: Setting
    paths: list[Path]
    insides: list[Inside]
    told: list[Text]
    change: list[Text]


def key_of(name: str) -> str:
    return f"{PREFIX}{name}"


def choose(top: Any, panel: Any, rest: Any) -> Setting:
    """The controls: optimizer, surface and rate on top, parts to leave out in the panel, folded below: the rest."""
    with top:
        pills = st.container()
        row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    with row:
        name = bound(st.selectbox, t("Optimizer"), key_of("opt"), among(OPTIMIZERS), options=tuple(OPTIMIZERS),
                     index=list(OPTIMIZERS).index(LANDING.rule.name), on_change=_suited, width=170)  # fmt: skip
        chosen = named(st.selectbox, t("Surface"), key_of("surface"), ground.NAMES, LANDING.surface,
                       on_change=_moved, width=210)  # fmt: skip
        usual = _usual(name, chosen)
        first, *others = OPTIMIZERS[name].hyperparameters()
        values = {first.name: _parameter(name, first, usual)}
        if others and others[0].name not in ("eps", "weight_decay"):
            values[others[0].name] = _parameter(name, others[0], usual)
    with panel, steady():
        surface = ground.named_one(chosen, _typed)
    with panel, steady():
        off = {switch.key: switch.name for switch in switches.fitting(OPTIMIZERS[name]())}
        default = LANDING.switch if LANDING.switch in off and name == LANDING.rule.name else None
        switch = named(st.pills, t("Without a part"), key_of("off"), off, default) if off else None
        eps = choice(t("the other ε"), key_of("eps"), _eps(name), switches.EPS) if switch == "eps" else switches.EPS
    with rest, st.expander(t("Start, steps and other settings"), key=key_of("more"), on_change="rerun") as box:
        with steady():
            for p in others:
                if p.name not in values:
                    drawn = box.open or not quiet(key_of(f"{name}.{p.name}"), usual[p.name])
                    values[p.name] = _parameter(name, p, usual) if drawn else usual[p.name]
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            x, y = _start(surface)
            start = coordinate(t("start x"), key_of("x0"), x), coordinate(t("start y"), key_of("y0"), y)
            steps = choice(t("Steps"), key_of("steps"), STEPS, LANDING.steps)
    setting = Setting(OPTIMIZERS[name](**values), surface, start, steps, switch, eps)
    with pills:
        _presets(setting)
    return setting


def _parameter(name: str, p: Any, usual: dict[str, float]) -> float:
    return choice(p.name, key_of(f"{name}.{p.name}"), p.choices, usual[p.name], t(p.help))


def _eps(name: str) -> tuple[float, ...]:
    return next(p.choices for p in OPTIMIZERS[name].hyperparameters() if p.name == "eps")


@lru_cache(maxsize=512)
def _usual(name: str, surface: str) -> dict[str, float]:
    """Settings with something to see: those of the rule's example, elsewhere in the catalogue its best rate."""
    example = next((example for example in EXAMPLES.values() if example.rule.name == name), None)
    rule = example.rule if example else OPTIMIZERS[name](lr=LIVELY)  # type: ignore[call-arg]
    if surface != LANDING.surface and surface in SURFACES:
        with cached.GATE:
            rule = best_rate(rule, SURFACES[surface], _start(SURFACES[surface]), LANDING.steps)
    return dict(rule.fields())  # type: ignore[arg-type]


def _start(surface: Surface) -> tuple[float, float]:
    if surface.name == LANDING.surface:
        return LANDING.start
    x, y = surface.start
    return float(x), float(y)


def _moved() -> None:
    """A new surface brings its own start, and the rate that suits the optimizer there."""
    name = st.session_state[key_of("surface")]
    if name == ground.OWN:
        ground.refit(_typed)
        return
    x, y = _start(SURFACES[name])
    put({key_of("x0"): x, key_of("y0"): y})
    _suited()


def _typed(surface: Surface) -> None:
    """The same for a formula of one's own."""
    name = st.session_state[key_of("opt")]
    with cached.GATE:
        rule = best_rate(OPTIMIZERS[name](**_usual(name, ground.OWN)), surface, surface.start, LANDING.steps)
    put({key_of("x0"): float(surface.start[0]), key_of("y0"): float(surface.start[1])})
    put({key_of(f"{name}.lr"): dict(rule.fields())["lr"]})


def _suited() -> None:
    """Another optimizer or surface: the rate that suits the one on the other."""
    name = st.session_state[key_of("opt")]
    put({key_of(f"{name}.lr"): _usual(name, st.session_state.get(key_of("surface"), LANDING.surface))["lr"]})


def _presets(setting: Setting) -> None:
    """A pill per example; the one that is exactly what the controls show is lit."""
    lit = next((example.key for example in EXAMPLES.values() if _shows(example, setting)), None)
    st.session_state[key_of("example")] = lit
    st.pills(t("Presets"), tuple(EXAMPLES), format_func=lambda key: t(EXAMPLES[key].name), key=key_of("example"),
             on_change=_apply, label_visibility="collapsed")  # fmt: skip


def _shows(example: Example, now: Setting) -> bool:
    return (example.rule, example.start, example.steps, example.switch or None, SURFACES[example.surface]) == (
        now.rule, now.start, now.steps, now.switch, now.surface,
    )  # fmt: skip


def _apply() -> None:
    example = EXAMPLES.get(st.session_state[key_of("example")] or "")
    if example is None:
        return
    put({key_of("opt"): example.rule.name, key_of("off"): example.switch or None, key_of("surface"): example.surface})
    put({f"{example.surface}.{letter}": value for letter, value in SURFACES[example.surface].parameters.items()})
    put({key_of("x0"): example.start[0], key_of("y0"): example.start[1], key_of("steps"): example.steps})
    put({key_of(f"{example.rule.name}.{field}"): value for field, value in example.rule.fields().items()})


def look(setting: Setting) -> Seen:
    """The paths, every update of them, and the sentences they bear out; computed once per setting."""

    def build() -> Seen:
        near = closeup(setting.surface, paths)
        insides = [inside(replace(path, surface=near)) for path in paths]
        change = switches.told(SWITCHES[setting.switch], *insides) if setting.switch and len(insides) == 2 else []
        return Seen(setting, paths, insides, sayings.told(insides[0]), change)

    paths = cached.race(setting.rules, setting.surface, setting.start, setting.steps, 0.0, 0)
    return _SEEN.make(setting, build)


@st.fragment
def stage(seen: Seen, panel: Any) -> None:
    """The player with its signs; the numbers of the update it shows go into `panel` as it plays."""
    if st.session_state.pop(key_of("moved"), False):
        st.rerun()  # a new start is a new path
    surface, lang = seen.insides[0].path.surface, language()
    grid = cached.GRIDS.make(
        (surface, "viridis", "auto", lang), lambda: player.pack_surface(surface, texts=_texts(lang))
    )
    message = _MESSAGES.make((seen.setting, lang), lambda: _message(seen, lang))
    mount([seen.insides[0].path], grid, message, key=key_of("player"), on_start=_begin, on_step=_hear)
    panel.markdown(_numbers(seen.insides[0], st.session_state.get(key_of("t"), 0)))


def _texts(lang: str) -> dict[str, str]:
    return {key: translate(text, lang) for key, text in player.TEXTS.items()}


def _message(seen: Seen, lang: str) -> bytes:
    return player.pack_paths([one.path for one in seen.insides], **_options(seen, lang), listen=True)


def _page(seen: Seen, lang: str) -> str:
    """The animation as one file; a button makes it outside of the session."""
    title = translate("Inside an optimizer", lang)
    near = [one.path for one in seen.insides]
    return player.html(near, lang=lang, texts=_texts(lang), title=title, **_options(seen, lang))


def _options(seen: Seen, lang: str) -> dict[str, Any]:
    """What the player shows beside the paths."""
    switch = seen.setting.switch
    return player.inside_options(seen.insides, switch and SWITCHES[switch].name, partial(translate, lang=lang))


def _begin(x: float, y: float) -> None:
    put({key_of("x0"): float(f"{x:.4g}"), key_of("y0"): float(f"{y:.4g}"), key_of("moved"): True})


def _hear(step: int) -> None:
    put({key_of("t"): step})


def _numbers(seen: Inside, step: int) -> str:
    """The update rule with the numbers of one update, as Markdown."""
    if not len(seen):
        return t("No update was made: there is nothing to look into.")
    now = min(max(step, 1), len(seen))
    blocks = [f"**{t('Update {n}', n=now)}**", *(f"$${line.latex}$$" for line in seen.lines(now))]
    if seen.per_axis is not None:
        a, b = (float(part) for part in seen.per_axis[now - 1])
        blocks.append(t("Now a slope of 1 moves x by {a:.4g} and y by {b:.4g}.", a=a, b=b))
    return "\n\n".join(blocks)


def words(seen: Seen) -> None:
    """What the picture shows, in sentences computed from it."""
    outcome, name = seen.insides[0].path.outcome, seen.setting.rule.name
    said = [t(text) for text in (*seen.told, *seen.change)]
    if outcome.kind == "diverged":
        said.insert(0, t("{name} diverged. {reason}", name=name, reason=outcome.reason))
    st.markdown(bullets(*said))
    view = named(st.segmented_control, t("More"), key_of("view"), VIEWS, None, label_visibility="collapsed")
    if view == "rules":
        explain.rules(seen.setting.rules)
    elif view == "notebook":
        st.code(export.notebook_code(seen.paths), language="python")
    share.downloads(seen.paths, key="in", html=partial(_page, seen, language()))
