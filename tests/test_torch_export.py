"""Exported code makes the same path again: here to the last bit, in PyTorch to 1e-12."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

import optim_viz as ov
from optim_viz import export, schedules

RECORD = json.loads((Path(__file__).parent / "reference" / "exports.json").read_text(encoding="utf-8"))
RACES = [pytest.param(race, id=race["name"]) for race in RECORD["races"]]
TOLERANCE = 1e-12  # of 1 + |x|, half-way and at the end of every path


def again(code: str) -> list[ov.Path]:
    """The paths of the notebook code, without the picture."""
    names: dict = {}
    exec(code.replace("ov.animate(paths)\n", ""), names)
    return names["paths"]


def points(paths, name):
    path = dict(zip(export.names(paths), paths, strict=True))[name]
    steps = len(path.value) - 1
    return path.x[[steps // 2, steps]]


def far(ours, theirs):
    return float((np.abs(ours - np.array(theirs)) / (1 + np.abs(ours))).max())


@pytest.mark.parametrize("race", RACES)
def test_a_script_is_the_one_that_was_run(race):
    """The PyTorch script of today is, letter by letter, the recorded one (but for its version and seed of torch)."""
    paths = again(race["optim_viz"])
    assert export.torch_code(paths) == race["torch"]
    assert export.notebook_code(paths) == race["optim_viz"]


@pytest.mark.parametrize("race", RACES)
def test_torch_walked_the_same_path(race):
    """Where torch's recorded points are, ours are, to 1e-12; every path that torch can repeat was recorded."""
    paths = again(race["optim_viz"])
    wanted = [n for n, p in zip(export.names(paths), paths, strict=True) if p.optimizer.torch_code()]
    if paths[0].schedule is not None:
        wanted.remove("Momentum")
    assert list(race["x"]) == wanted
    for name, theirs in race["x"].items():
        assert far(points(paths, name), theirs) <= TOLERANCE, name


def test_every_surface_rule_and_schedule_is_recorded():
    """No entry of a catalogue is left out, and together the races print every function of the formula language."""
    names = {race["name"] for race in RECORD["races"]}
    assert set(ov.SURFACES) | set(schedules.SCHEDULES) <= names
    rules = {name for race in RECORD["races"] for name in race["x"]}
    assert {name for name, rule in ov.OPTIMIZERS.items() if rule.torch} <= rules
    mixed = next(race["optim_viz"] for race in RECORD["races"] if race["name"] == "every function")
    assert all(f"{function}(" in mixed for function in ov.formula.ARITY)


def test_scripts_run_where_torch_is(monkeypatch):
    """With torch installed every script is run, and ends where the record says; without it the record speaks."""
    monkeypatch.setattr("builtins.print", lambda *_: None)
    there = importlib.util.find_spec("torch") is not None
    for race in RECORD["races"] if there else []:
        names: dict = {}
        exec(race["torch"], names)
        for name, theirs in race["x"].items():
            moved = names["paths"][name][[names["steps"] // 2, names["steps"]]].numpy()
            assert far(moved, theirs) <= TOLERANCE, (race["name"], name)
    if there:
        names["torch"].set_default_dtype(names["torch"].float32)
    assert RECORD["made_by"]["torch"]


def test_what_torch_lacks_is_said():
    """Rules torch has not are named and left out; with nothing left there is a sentence instead of a script."""
    bowl = ov.SURFACES["Elongated bowl"]
    code = export.torch_code(ov.trace([ov.SGD(lr=0.1), ov.Lion(), ov.AdamP()], bowl, (-7, 2), 3))
    assert "torch.optim has no Lion, AdamP." in code
    assert code.count("lambda params") == 1
    with pytest.raises(ValueError, match="none of these"):
        export.torch_code(ov.trace(ov.Lion(), bowl, (-7, 2), 3))


def test_a_function_has_no_torch_code():
    """A surface that is Python code cannot be printed for torch; the notebook code names the function."""

    def hill(x, y):
        return (x - 1) ** 2 + y**2

    surface = ov.Surface.from_function(hill, x=(-3, 3), y=(-2, 2))
    path = ov.trace(ov.SGD(lr=0.1), surface, (2, 1), 5)
    with pytest.raises(ValueError, match="surface that is a formula"):
        export.torch_code(path)
    code = export.notebook_code(path)
    assert "ov.Surface.from_function(hill, x=(-3.0, 3.0), y=(-2.0, 2.0), start=" in code
    names = {"hill": hill}
    exec(code.replace("ov.animate(paths)\n", ""), names)
    np.testing.assert_array_equal(names["paths"][0].x, path.x)
    nameless = ov.trace(ov.SGD(lr=0.1), ov.Surface.from_function(lambda x, y: x * y), (2, 1), 5)
    assert "from_function(f, " in export.notebook_code(nameless)


def test_noise_that_cannot_be_repeated_is_refused():
    """Noise drawn from a generator has no seed to write down."""
    path = ov.trace(ov.SGD(lr=0.1), ov.SURFACES["Booth"], (0, 0), 3, noise=1.0, seed=np.random.default_rng(1))
    for make in (export.notebook_code, export.torch_code):
        with pytest.raises(ValueError, match="give trace a seed"):
            make(path)


def test_two_of_one_kind_keep_their_names():
    """A second SGD is "SGD 2", so no path is lost in a dictionary."""
    bowl = ov.SURFACES["Elongated bowl"]
    code = export.torch_code(ov.trace([ov.SGD(lr=0.1), ov.SGD(lr=0.2)], bowl, (-7, 2), 3))
    assert "'SGD': lambda" in code
    assert "'SGD 2': lambda" in code


def test_code_is_for_one_run():
    """Paths that one call of trace cannot make get a sentence instead of wrong code; a record can hold them."""
    bowl = ov.SURFACES["Elongated bowl"]
    one = ov.trace(ov.SGD(lr=0.1), bowl, (-7, 2), 5)
    for other in (
        ov.trace(ov.SGD(lr=0.1), bowl, (-7, 2), 6),
        ov.trace(ov.SGD(lr=0.1), bowl, (-7, 1), 5),
        ov.trace(ov.SGD(lr=0.1), bowl, (-7, 2), 5, noise=1.0),
        ov.trace(ov.SGD(lr=0.1), bowl, (-7, 2), 5, schedule=schedules.CosineDecay()),
    ):
        for make in (export.notebook_code, export.torch_code):
            with pytest.raises(ValueError, match="from runs that differ"):
                make([one, other])
        back = export.read_json(export.to_json([one, other]))
        assert (back[1].noise, len(back[1].value)) == (other.noise, len(other.value))


def test_a_changed_entry_of_the_catalogue_stays_short():
    """A close-up, another start or another parameter of a known surface names the surface and the change only."""
    bowl = ov.SURFACES["Elongated bowl"].replace(x=(-3, 3), a=50)
    code = export.notebook_code(ov.trace(ov.SGD(lr=0.1), bowl, (-2, 2), 5))
    assert "surface = ov.SURFACES['Elongated bowl'].replace(x=(-3.0, 3.0), start=(-2.1, 2.0), a=50.0)" in code
    assert again(code)[0].surface == bowl


def test_a_schedule_of_ones_own_is_named():
    """A function as schedule stands in the notebook code by its name; PyTorch code is refused with a sentence."""

    def halved(t):
        return 0.5

    for schedule, name in ((halved, "halved"), (lambda t: 0.5, "schedule")):
        path = ov.trace(ov.SGD(lr=0.1), ov.SURFACES["Booth"], (0, 0), 3, schedule=schedule)
        assert f"steps=3, schedule={name})" in export.notebook_code(path)
        with pytest.raises(ValueError, match="not for a function"):
            export.torch_code(path)
        assert json.loads(export.to_json(path))["paths"][0]["schedule"]["name"] == schedule.__name__
