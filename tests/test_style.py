"""Looks: every optimizer can be told from every other, also without seeing all colors."""

import itertools
import subprocess
import sys

import numpy as np
import pytest

from optim_viz.figures.style import COLORS, DASHES, KNOWN, MARKERS, style_of, styles

CLASSIC = ("SGD", "Momentum", "Nesterov", "AdaGrad", "Adadelta", "RMSprop", "Adam")
PAGE = {"light": "#ffffff", "dark": "#0e1117"}
# Machado, Oliveira & Fernandes 2009, severity 1.0, for linear RGB.
SEEN_BY = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(color: str) -> np.ndarray:
    c = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    t = TO_XYZ @ rgb / (TO_XYZ @ np.ones(3))
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def closest(names: tuple[str, ...], theme: str, eyes: str) -> float:
    seen = [lab(np.clip(SEEN_BY[eyes] @ linear(style_of(n).color(theme)), 0, 1)) for n in names]
    return min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2))


def test_conversion_is_right():
    """CIELAB of pure red (D65) is (53.24, 80.09, 67.20); dichromats see grays as they are."""
    np.testing.assert_allclose(lab(linear("#ff0000")), [53.24, 80.09, 67.20], atol=0.02)
    for matrix in SEEN_BY.values():
        np.testing.assert_allclose(matrix @ np.full(3, 0.5), 0.5, atol=1e-5)


@pytest.mark.parametrize("theme", PAGE)
@pytest.mark.parametrize("eyes", SEEN_BY)
def test_colors_can_be_told_apart(theme: str, eyes: str):
    """Any two of the fourteen differ by ΔE (CIE76) >= 17, any two of the classic seven by >= 32."""
    assert closest(KNOWN, theme, eyes) >= 17
    assert closest(CLASSIC, theme, eyes) >= 32


@pytest.mark.parametrize("theme", PAGE)
def test_colors_stand_out_from_the_page(theme: str):
    """Contrast (WCAG) with the page is at least 3:1."""
    paper = TO_XYZ[1] @ linear(PAGE[theme])
    for name in KNOWN:
        low, high = sorted([paper, TO_XYZ[1] @ linear(style_of(name).color(theme))])
        assert (high + 0.05) / (low + 0.05) >= 3, name


def test_color_is_never_alone():
    """The fourteen differ pairwise in marker, hence in (dash, marker); the classic seven also in dash."""
    looks = styles(KNOWN)
    assert len({s.marker for s in looks}) == len(KNOWN)
    assert len({style_of(n).dash for n in CLASSIC}) == len(CLASSIC)


def test_registered_optimizers_have_their_own_look():
    """Every optimizer of the registry looks different, whether it is listed here or not."""
    from optim_viz.optimizers import OPTIMIZERS

    looks = styles(OPTIMIZERS)
    assert len({(s.dash, s.marker) for s in looks}) == len(OPTIMIZERS)


@pytest.mark.parametrize("name", ["My rule", "Sophia", "", "네트워크", "\ud800", "x" * 10_000])
def test_unlisted_name_gets_a_free_look(name: str):
    """Any name has a look of valid parts, and a (dash, marker) pair no listed optimizer has."""
    look = style_of(name)
    assert (look.light, look.dark) in COLORS
    assert look.dash in DASHES
    assert look.marker in MARKERS
    assert (look.dash, look.marker) not in {(s.dash, s.marker) for s in map(style_of, KNOWN)}


def test_look_depends_on_the_name_alone():
    """Another process, with another hash seed, gives the same looks."""
    code = "from optim_viz.figures.style import style_of; print(style_of('My rule'), style_of('SGD', 3))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={
        "PYTHONHASHSEED": "7", "PYTHONPATH": "."})  # fmt: skip
    assert out.stdout.strip() == f"{style_of('My rule')} {style_of('SGD', 3)}"


def test_repeats_differ_and_listed_names_keep_their_look():
    """Eight SGDs are eight colors and eight pairs; an unlisted twin never takes a listed look."""
    looks = styles(["SGD"] * 8)
    assert looks[0] == style_of("SGD")
    assert len({s.light for s in looks}) == len({(s.dash, s.marker) for s in looks}) == 8
    mixed = styles(["Mine", "Yours", "Adam", "SGD", "SGD"])
    assert mixed[2:4] == [style_of("Adam"), style_of("SGD")]
    assert len({s.light for s in mixed}) == 5


def test_more_paths_than_colors():
    """A hundred paths still get a look each, and no (dash, marker, color) comes twice."""
    assert len(set(styles(["SGD"] * 85))) == 85
    assert len(styles(["SGD"] * 100)) == 100
    assert styles([]) == []
