"""Drawings and strips without a browser: what is written is safe, small, and what was meant."""

import json
import re
import zlib
from xml.etree import ElementTree

import pytest

from optim_viz.figures.svg import COLORS, LOOKS, Drawing
from optim_viz.ui import i18n, strip
from optim_viz.ui.strip import Frame


def tags(drawing):
    """(tag, attributes) of every shape."""
    return [(one.tag, one.attrib) for one in ElementTree.fromstring(str(drawing))]


def test_shapes_stand_where_they_were_put():
    """Numbers come back to a tenth, kinds as classes, in the order of drawing."""
    made = Drawing(200, 100).rect(1, 2, 30.04, 40, "a thick", radius=3).circle(5, 6, 7).line(0, 0, 10, 1e-9, "soft")
    assert tags(made) == [
        ("rect", {"class": "a thick", "x": "1", "y": "2", "width": "30", "height": "40", "rx": "3"}),
        ("circle", {"class": "ink", "cx": "5", "cy": "6", "r": "7"}),
        ("line", {"class": "soft", "x1": "0", "y1": "0", "x2": "10", "y2": "0"}),
    ]
    assert str(made).startswith('<svg viewBox="0 0 200 100">')
    assert str(made.look(40)).startswith('<svg viewBox="0 0 200 100" data-look="40">')


def test_an_arrow_ends_where_it_points():
    """The tip is the second point; an arrow of no length is nothing."""
    (line, _), (head, attributes) = tags(Drawing(9, 9).arrow(0, 0, 100, 0, "b"))
    assert (line, head) == ("line", "path")
    assert attributes["d"].startswith("M100 0L92 ")
    assert tags(Drawing(9, 9).arrow(3, 3, 3, 3)) == []


def test_what_a_person_typed_stays_text():
    """Markup, quotes and entities in words and hints come out as they were typed."""
    nasty = """<script>alert("1")</script> & 'x' </text>"""
    made = Drawing(9, 9).text(0, 0, nasty).rect(0, 0, 1, 1, hint=nasty)
    words, box = ElementTree.fromstring(str(made))
    assert (words.text, box[0].text) == (nasty, nasty)
    assert "<script" not in str(made)


def test_letters_above_and_below_the_line():
    """x_{1} and x^{2} move, and what follows is back on the line; braces without a mark stay."""
    word = ElementTree.fromstring(str(Drawing(9, 9).text(0, 0, "a_{1}+b^{2}{c}", size=10)))[0]
    assert "".join(word.itertext()) == "a1+b2{c}"
    moves = [float(part.get("dy", 0)) for part in word]
    assert moves == [2.5, -2.5, -3.5, 3.5]
    assert sum(moves) == 0


@pytest.mark.parametrize("wrong", [
    lambda d: d.rect(0, float("nan"), 1, 1), lambda d: d.line(0, 0, float("inf"), 0),
    lambda d: d.circle(0, 0, 1, "red"), lambda d: d.text(0, 0, "x", 'a" onload="x'),
    lambda d: d.text(0, 0, "x", anchor="left"),
])  # fmt: skip
def test_nothing_that_cannot_be_drawn(wrong):
    """A place that is no number, a kind or an anchor that does not exist: an error where it is made."""
    with pytest.raises(ValueError, match=r"finite|is no kind|anchor"):
        wrong(Drawing(9, 9))


def test_every_kind_has_its_look():
    """Each word of a kind is in the style sheet, and each color once for light and once for dark."""
    style = (strip.Path(strip.__file__).parent / "strip.css").read_text(encoding="utf-8")
    for word in (*COLORS, *LOOKS):
        assert re.search(rf"\.{word}\b", style), word
    for color in set(COLORS) - {"ink"}:
        assert re.search(rf"\.{color} {{ --c: light-dark\(#\w{{6}}, #\w{{6}}\); }}", style), color


def light(color):
    """Relative luminance, as WCAG counts it."""
    parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def test_every_color_can_be_read():
    """4.5 : 1 or more on the page behind it, in light and in dark."""
    style = (strip.Path(strip.__file__).parent / "strip.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--c: light-dark\((#\w{6}), (#\w{6})\)", style)
    assert len(pairs) == len(COLORS) - 1
    for on_light, on_dark in pairs:
        assert 1.05 / (light(on_light) + 0.05) >= 4.5
        assert (light(on_dark) + 0.05) / (light("#1a1916") + 0.05) >= 4.5


def sent(frames, **options):
    i18n.speak("en")
    return json.loads(zlib.decompress(strip.pack(frames, **options)))


def test_what_the_browser_gets():
    """All frames with their words, the words of the controls, and a pace that lets one read."""
    frames = [Frame(str(Drawing(9, 9).text(k, 0, "x")), f"step {k}") for k in range(4)]
    told = sent(frames, listen=True)
    assert [tuple(one) for one in told["frames"]] == frames
    assert (told["listen"], told["pace"]) == (True, 1.6)
    assert told["words"]["play"] == "Play (space)"
    assert sent(frames * 30)["pace"] == 0.25
    assert sent(frames, pace=3)["pace"] == 3


def test_many_frames_stay_small():
    """120 frames of 3 kB travel in less than a fifth: they are alike."""
    frames = []
    for k in range(120):
        made = Drawing(800, 300)
        for i in range(40):
            made.rect(20 * i, 0, 18, 18, "a full" if i == k % 40 else "soft")
        frames.append(Frame(str(made), f"window {k}"))
    raw = sum(len(frame.svg) for frame in frames)
    assert raw > 300_000
    assert len(strip.pack(frames)) < raw / 5


@pytest.mark.parametrize("count", [0, 121])
def test_how_many_frames(count):
    """None, or too many, is a mistake of the page, and said at once."""
    with pytest.raises(ValueError, match="1 to 120 frames"):
        strip.play([Frame("", "")] * count, key="s")
