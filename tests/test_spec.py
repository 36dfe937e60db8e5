"""spec: one text for one thing, and back."""

import json

import numpy as np
import pytest

import optim_viz as ov
from optim_viz import SURFACES, Surface, from_spec, spec
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.words import Text


@pytest.mark.parametrize("cls", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_optimizers_come_back(cls):
    """Every optimizer survives the round trip exactly, at its defaults and at a value with all its digits."""
    for rule in (cls(), cls(lr=0.1 + 0.2)):
        back = from_spec(spec(rule))
        assert type(back) is cls
        assert back == rule
        assert spec(back) == spec(rule)


@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_surfaces_come_back(surface):
    """Every surface of the catalogue survives the round trip with all its facts."""
    assert from_spec(spec(surface)) == surface


def test_a_surface_with_parameters_comes_back():
    """Parameters, domain, and minima given as formulas are part of the spec."""
    bowl = Surface("(x-a)^2/b + y^2", a=3, b=20, x=(-5, 5), start=(1, 2), minima=[("a", 0)], value=0, name="곡면")
    back = from_spec(spec(bowl))
    assert back == bowl
    assert back.replace(a=4).minima.tolist() == [[4, 0]]
    assert spec(bowl) != spec(bowl.replace(a=4))


def test_canonical_text():
    """The text is exact: sorted keys, no spaces, the shortest digits that give the same float."""
    assert spec(ov.SGD(lr=0.3)) == '{"class":"SGD","lr":0.3,"weight_decay":0.0}'
    assert spec(ov.SGD(lr=1)) == spec(ov.SGD(lr=1.0)) == spec(ov.SGD(lr=np.float64(1)))
    assert spec(ov.SGD(lr=-0.0)) == spec(ov.SGD(lr=0))
    assert spec({"b": 1, "a": (2, None, "é")}) == '{"a":[2,null,"\\u00e9"],"b":1}'


def test_types_with_equal_fields_differ():
    """No two optimizers share a text, even with the same fields; nested things keep their types."""
    texts = [spec(cls(lr=0.1)) for cls in OPTIMIZERS.values()]
    assert len(set(texts)) == len(texts)
    assert ov.Adam(lr=0.1, weight_decay=0) != ov.AMSGrad(lr=0.1, weight_decay=0)
    nested = {"rules": [ov.Adam(), ov.AMSGrad()], "surface": Surface("x^2+y^2"), "seed": 3}
    back = from_spec(spec(nested))
    assert back == nested
    assert spec(nested) != spec({**nested, "rules": [ov.AMSGrad(), ov.Adam()]})


def test_arrays_come_back():
    """A sweep keeps its values and their precision."""
    for dtype in (np.float32, np.float64):
        rule = ov.Adam(lr=np.array([0.1, 0.2, 0.7], dtype))
        back = from_spec(spec(rule))
        assert back == rule
        assert back.lr.dtype == dtype
    assert spec(ov.SGD(lr=np.array([0.5], np.float32))) != spec(ov.SGD(lr=np.array([0.5])))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 50_000,
        '{"class":"SGD","lr":' + "1" * 10_000 + "}",
        " " * 100_001,
        '{"class":"os"}',
        '{"class":"Optimizer"}',
        '{"class":["SGD"]}',
        '{"class":null}',
        '{"class":"SGD","rate":0.1}',
        '{"class":"SGD","__class__":0.1}',
        '{"class":"SGD","lr":"0.1"}',
        '{"class":"SGD","lr":true}',
        '{"class":"SGD","lr":null}',
        '{"class":"SGD","lr":-1}',
        '{"class":"SGD","lr":NaN}',
        '{"class":"SGD","lr":1e999}',
        '{"class":"SGD","lr":["1"]}',
        '{"class":"SGD","lr":[[1],[2]]}',
        '{"class":"SGD","lr":{"class":"SGD"}}',
        '{"class":"float32","values":[true]}',
        '{"class":"Surface"}',
        '{"class":"Surface","formula":5}',
        '{"class":"Surface","formula":"__import__(1)"}',
        '{"class":"Surface","formula":"x^2","tags":5}',
        '{"class":"Surface","formula":"x^2","ranges":"ab"}',
        '{"class":"Surface","formula":"x^2","x":"abc"}',
        '{"class":"Surface","formula":"x^2","function":1}',
        '{"class":"Surface","formula":"x^2","self":1}',
        "[NaN]",
        "[1e999]",
    ],
    ids=lambda text: text[:40],
)
def test_refused(text):
    """A text that is not a spec of ours raises ValueError with one sentence, and nothing else."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        from_spec(text)
    assert isinstance(caught.value.args[0], Text)


@pytest.mark.parametrize("obj", [float("nan"), np.inf, np.array([np.nan]), print, object(), {1: 2}, {"class": "SGD"}])
def test_not_written(obj):
    """What has no exact text is refused when writing."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        spec(obj)
    assert isinstance(caught.value.args[0], Text)


def test_a_function_surface_is_not_written():
    """A surface made of Python code has no spec."""
    with pytest.raises(ValueError, match="cannot be written"):
        spec(Surface.from_function(lambda x, y: x * x + y * y))


def test_bytes_and_numbers_are_not_specs():
    """Only text is read."""
    for value in (b"{}", 5, None):
        with pytest.raises(ValueError, match="text of at most"):
            from_spec(value)
    assert json.loads(spec([])) == []
