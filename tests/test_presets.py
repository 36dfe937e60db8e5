"""A preset's settings are ones the page can show, and its story is true in numbers."""

import numpy as np
import pytest

from optim_viz import SURFACES, trace
from optim_viz.compare import reading, summary
from optim_viz.presets import LANDING, PRESETS
from optim_viz.ui.race import NOISE, STEPS


def run(key, **more):
    """name -> path of a preset."""
    preset = PRESETS[key]
    paths = trace(preset.optimizers, preset.ground, preset.start, preset.steps, noise=preset.noise, **more)
    return {path.name: path for path in paths}


def lengths(path):
    """The length of each step."""
    return np.hypot(*np.diff(path.x, axis=0).T)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_the_page_can_show_it(preset):
    """The surface exists, every value lies on its control's grid, no optimizer appears twice, the start is inside."""
    surface = SURFACES[preset.surface]
    assert preset.ground is surface
    assert preset.steps in STEPS
    assert preset.noise in NOISE
    assert surface.x[0] <= preset.start[0] <= surface.x[1]
    assert surface.y[0] <= preset.start[1] <= surface.y[1]
    names = [rule.name for rule in preset.optimizers]
    assert len(set(names)) == len(names)
    for rule in preset.optimizers:
        for p in rule.hyperparameters():
            assert getattr(rule, p.name) in p.choices, f"{rule.name} {p.name}"


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_nobody_breaks_unannounced(preset):
    """Only the preset about a rate too large shows a path that breaks."""
    broken = [p.name for p in run(preset.key).values() if p.outcome.kind in ("diverged", "growing")]
    assert broken == (["SGD"] if preset.key == "limit" else [])


def test_keys_and_landing():
    """Keys are unique and one of the presets is what a visitor sees first."""
    assert all(key == preset.key for key, preset in PRESETS.items())
    assert len({preset.name for preset in PRESETS.values()}) == len(PRESETS)
    assert LANDING in PRESETS.values()


def test_book():
    """SGD zig-zags, AdaGrad's steps shrink, and the zig-zag ends lower than Momentum and Adam."""
    rows = {name: summary(path) for name, path in run("book").items()}
    assert rows["SGD"].turns == 1
    assert rows["SGD"].final < min(rows["Momentum"].final, rows["Adam"].final)
    assert "pretty path" in " ".join(reading(list(rows.values()), floor=0))
    assert (np.diff(lengths(run("book")["AdaGrad"])) < 0).all()


def test_seven():
    """With a rate that suits it, each of the seven comes within 1 % in the first half of the race."""
    rows = [summary(path) for path in run("seven").values()]
    assert len(rows) == 7
    assert all(r.arrived is not None and r.arrived <= 50 for r in rows)


def test_ravine():
    """The valley is found early (f below 5 from 24.2 within 50 steps), and no path is at its end after 500."""
    for path in run("ravine").values():
        assert path.value[0] == pytest.approx(24.2)
        assert path.value[:51].min() < 5
        assert summary(path).distance > 0.05


def test_limit():
    """SGD at 1.05 breaks 2/λmax = 1 and grows; Momentum with the same rate is inside its limit and converges."""
    paths = run("limit")
    assert paths["SGD"].optimizer.lr == paths["Momentum"].optimizer.lr == 1.05
    assert paths["SGD"].optimizer.stability_limit(2.0) == 1.0 < 1.05 < paths["Momentum"].optimizer.stability_limit(2.0)
    assert paths["SGD"].outcome.kind == "growing"
    assert paths["SGD"].outcome.reason.startswith("lr 1.05 > 2/λmax = 1")
    assert paths["Momentum"].outcome.kind == "converged"


def test_brake():
    """AdaGrad's h only grows and its steps only shrink: it stays behind; RMSprop and Adadelta arrive."""
    paths = run("brake")
    assert (np.diff(paths["AdaGrad"].state["h"], axis=0) >= 0).all()
    assert (np.diff(lengths(paths["AdaGrad"])) <= 0).all()
    assert (np.diff(paths["RMSprop"].state["h"], axis=0) < 0).any()
    rows = {name: summary(path) for name, path in paths.items()}
    assert rows["AdaGrad"].arrived is None
    assert rows["RMSprop"].arrived < 100
    assert rows["Adadelta"].arrived < 100
    assert rows["AdaGrad"].distance > 1 > max(rows["RMSprop"].distance, rows["Adadelta"].distance)


def test_basins():
    """From one start the rules reach three different minima, all equally deep."""
    paths, minima = run("basins").values(), SURFACES["Himmelblau"].minima
    reached = {int(np.hypot(*(minima - path.x[-1]).T).argmin()) for path in paths}
    assert len(reached) == 3
    assert all(summary(path).distance < 0.1 for path in paths)
    np.testing.assert_allclose(SURFACES["Himmelblau"].value(minima.T), 0, atol=1e-12)


def test_saddle():
    """Rules that rescale each axis are off the ridge (|y| > 0.5) in a few steps, the others after thirty."""
    left = {name: int((np.abs(path.x[:, 1]) > 0.5).argmax()) for name, path in run("saddle").items()}
    assert all(0 < left[name] < 10 for name in ("AdaGrad", "RMSprop", "Adam"))
    assert left["SGD"] > 30
    assert left["Momentum"] > 30


@pytest.mark.parametrize("seed", range(5))
def test_noise(seed):
    """Under noise a fixed rate keeps moving: the steps of SGD and Momentum do not shrink, f does not settle, and
    AdaGrad's steps, which do shrink, end the shorter."""
    paths = run("noise", seed=seed)
    late = {name: lengths(path)[-50:].mean() for name, path in paths.items()}
    for name in ("SGD", "Momentum"):
        assert late[name] > 0.6 * lengths(paths[name])[50:100].mean()
        assert late[name] > 1.5 * late["AdaGrad"]
    assert all(path.value[-100:].max() > 0.05 for path in paths.values())
    assert all(np.hypot(*path.x[-100:].T).max() < 8 for path in paths.values())


def test_family():
    """Adam and what became of it all come within 1 % on Rosenbrock's valley, on different ways."""
    paths = run("family")
    assert all(summary(path).arrived is not None for path in paths.values())
    ends = np.array([path.x[-1] for path in paths.values()])
    assert len(np.unique(ends.round(3), axis=0)) == len(paths)
