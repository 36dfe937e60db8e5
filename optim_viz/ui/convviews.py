"""Kernels on the person's own picture, moved and not; and what a convolution costs beside a dense layer."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from optim_viz.data.pixels import INK, write_pixels
from optim_viz.figures import convolution as figures
from optim_viz.figures.text import short
from optim_viz.labs.windows import Count, Moved, answer, count, moved, shifted, size
from optim_viz.ui import cached
from optim_viz.ui.controls import choice, switch
from optim_viz.ui.convolution import PREFIX, answered, kernel, last_good, stride, tuples
from optim_viz.ui.i18n import each, language, t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.pixels import drawn
from optim_viz.ui.said import bullets
from optim_viz.ui.strip import Frame, play
from optim_viz.words import Text

SIDE = 24
FOUR = (
    "0 0 00000000000004994 0000000000004999 00000000000049994 00000000000499994 0000000000499999 00000000049949994 "
    "00000000499409994 00000004994009994 0000004994000999 0000049940009994 0000499400009994 0004994000009994 "
    "004999999999999999994 004999999999999999994 004444444444499994444 0000000000009994 0000000000009994 "
    "0000000000009994 0000000000009994 0000000000009994"
)
FOLLOWS = {"stay": Text("it stays as it is (invariant)"), "follow": Text("it moves along (equivariant)"),
           "other": Text("it becomes another one")}  # fmt: skip
RATIOS = {"hundreds": Text("up to 1,000 times as many"), "thousands": Text("1,000 to 100,000 times as many"),
          "more": Text("more than 100,000 times as many")}  # fmt: skip
SIDES, CHANNELS = (5, 6, 7, 8, 12, 16, 20, 24, 28, 32), (1, 3, 8, 16, 64)
_STRIPS = cached.Bounded(64)


@dataclass(frozen=True)
class Scene:
    """A picture (24, 24) with gray values 0..9 and a kernel (k, k), as nested tuples, and the move of the picture."""

    picture: tuple
    weights: tuple
    does: str
    stride: int
    down: int
    right: int

    @property
    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        return np.array(self.picture), np.array(self.weights)

    @property
    def padding(self) -> int:
        """As many zeros as keep the size."""
        return len(self.weights) // 2

    def moved(self) -> Moved:
        return moved(*self.arrays, self.down, self.right, self.stride, self.padding)


def picture() -> np.ndarray:
    """The person's picture (24, 24)."""
    return drawn(f"{PREFIX}picture", FOUR, SIDE, brush=True)


def scene() -> Scene:
    """The controls of the view with the person's picture."""
    weights, does = kernel("named")
    if switch(t("Turn the kernel by 180°"), f"{PREFIX}turn", False):
        weights = weights[::-1, ::-1]
    found = picture()
    right = choice(t("Move the picture to the right"), f"{PREFIX}right", tuple(range(-4, 5)), 3)
    with st.expander(t("More"), key=f"{PREFIX}more", on_change="rerun"):
        down = choice(t("Move the picture down"), f"{PREFIX}down", tuple(range(-4, 5)), 0)
        s = stride()
    return Scene(tuples(found), tuples(weights), does, s, down, right)


def draw(seen: Scene) -> None:
    """The picture and its map; once the person has said what comes, both on the move."""
    found, weights = seen.arrays
    words, before = each(figures.TEXTS), answer(found, weights, seen.stride, seen.padding)
    shown = [(words["picture"], found, INK), (words["map"], before, float(np.abs(before).max()))]
    said = t("The picture, and what the kernel answers at every place: the more ink, the larger; orange: below 0.")
    play([Frame(str(figures.pictures(shown, 8, SIDE)), said)], key=f"{PREFIX}map")
    question = t("The picture moves {right} to the right and {down} down. What does its map do?", right=seen.right,
                 down=seen.down)  # fmt: skip
    if predict(f"{PREFIX}follows", question, FOLLOWS, lambda: follows(seen), seen):
        play(_STRIPS.make((seen, language()), lambda: _moves(seen)), key=f"{PREFIX}moves")


def _moves(seen: Scene) -> list[Frame]:
    """The picture on its way, pixel by pixel, with its map, and how far that is from the first map moved as well."""
    found, weights = seen.arrays
    words, frames, steps = each(figures.TEXTS), [], max(abs(seen.down), abs(seen.right), 1)
    for k in range(steps + 1):
        down, right = round(seen.down * k / steps), round(seen.right * k / steps)
        one = moved(found, weights, down, right, seen.stride, seen.padding)
        apart, top = one.after - shifted(one.before, *one.by), float(np.abs(one.before).max())
        shown = [(words["moved"], shifted(found, down, right), INK), (words["its map"], one.after, top),
                 (words["difference"], apart, top)]  # fmt: skip
        said = t("Picture moved {right} to the right, {down} down; map {by} to the right, {low} down: {differ} of "
                 "{places} places differ.", right=right, down=down, by=one.by[1], low=one.by[0], differ=one.differ,
                 places=one.places)  # fmt: skip
        frames.append(Frame(str(figures.pictures(shown, 5.5, SIDE)), said))
    return frames


def follows(seen: Scene) -> tuple[str, str]:
    """Which of FOLLOWS is right, and why."""
    one = seen.moved()
    if not one.stay:
        return "stay", t("Not one of its {n} numbers has changed.", n=one.after.size)
    if not one.differ:
        return "follow", t("Moved {right} to the right and {down} down, the first map is the new one, at all {places} "
                           "places off the rim: that is equivariance. It has not stayed: {stay} of {n} numbers have "
                           "changed, so it is not invariant.", right=one.by[1], down=one.by[0], places=one.places,
                           stay=one.stay, n=one.after.size)  # fmt: skip
    return "other", t("The window moves {stride} pixels at a time, the picture did not move by a multiple of that: at "
                      "best {differ} of {places} places still differ.", stride=seen.stride, differ=one.differ,
                      places=one.places)  # fmt: skip


def tell(seen: Scene) -> None:
    """The kernel, and what it does on even ground."""
    _, weights = seen.arrays
    one, total = seen.moved(), float(weights.sum())
    said = [t(seen.does)]
    if abs(total) < 1e-9:
        said.append(t("The weights add up to 0: on even ground the answer is 0, whatever its brightness."))
    else:
        said.append(t("The weights add up to {total}: on even ground the answer is {total} times its brightness.",
                      total=short(float(f"{total:.4g}"))))  # fmt: skip
    before, after = float(one.before.max()), float(one.after.max())
    if not answered("follows"):
        pass
    elif np.isclose(before, after):
        said.append(t("The largest number of the map is {top} before and after the move: who asks only for that, as "
                      "pooling does, gets an answer that is invariant.", top=short(before)))  # fmt: skip
    else:
        said.append(t("The largest number of the map is {before} before the move and {after} after it.",
                      before=short(before), after=short(after)))  # fmt: skip
    st.markdown("\n\n".join([_matrix(weights), bullets(*said)]))


def _matrix(weights: np.ndarray) -> str:
    rows = r" \\ ".join(" & ".join(f"{v:.3g}" for v in row) for row in weights + 0.0)
    return rf"$$\begin{{bmatrix}} {rows} \end{{bmatrix}}$$"


def draw_code(seen: Scene) -> str:
    """Python for what is shown."""
    found, weights = seen.arrays
    return (
        "import numpy as np\n\nfrom optim_viz.labs import windows\nfrom optim_viz.data.pixels import read_pixels\n\n"
        f'picture = read_pixels("{write_pixels(found)}", {SIDE})\n'
        f"kernel = np.array({np.round(weights, 6).tolist()})\n"
        f"print(windows.answer(picture, kernel, {seen.stride}, {seen.padding}).round(2))\n"
        f"moved = windows.moved(picture, kernel, {seen.down}, {seen.right}, {seen.stride}, {seen.padding})\n"
        "print(moved.by, moved.differ, moved.stay, moved.places)\n"
    )


@dataclass(frozen=True)
class Layer:
    """A convolution from C channels of H × H pixels to O maps."""

    side: int
    channels: int
    maps: int
    kernel: int
    stride: int
    padding: int

    def count(self, times: int = 1) -> Count:
        """On a picture so many times as wide and as tall."""
        side = times * self.side
        return count((self.channels, side, side), self.maps, self.kernel, self.stride, self.padding)


def layer() -> Layer:
    """The controls of the view of sizes and weights."""
    asked = Layer(
        choice(t("Pixels on a side H"), f"{PREFIX}H", SIDES, 28),
        choice(t("Channels C"), f"{PREFIX}C", CHANNELS, 1),
        choice(t("Kernels O"), f"{PREFIX}O", (1, 2, 4, 8, 16, 32, 64), 8),
        choice(t("Kernel size k"), f"{PREFIX}K", (1, 2, 3, 5, 7), 3),
        choice(t("Stride s"), f"{PREFIX}S", (1, 2, 3), 1, t("How far the window moves at a time.")),
        choice(t("Padding p"), f"{PREFIX}P", (0, 1, 2, 3), 0, t("Zeros around the numbers.")),
    )
    return last_good("layer", lambda: asked.count() and asked, lambda: Layer(28, 1, 8, 3, 1, 0))


def measure(one: Layer) -> None:
    """The window along one side; then, once it is guessed, what a dense layer would need."""
    found = one.count()
    shape = (one.side, one.kernel, one.padding, one.stride)
    places = size(*shape)

    def frames() -> list[Frame]:
        drawn = [str(figures.side(*shape, j)) for j in range(places)]
        return [Frame(svg, t("Window {n} of {places}", n=j + 1, places=places)) for j, svg in enumerate(drawn)]

    play(_STRIPS.make((shape, t("Window {n} of {places}")), frames), key=f"{PREFIX}side")
    question = t("The convolution has {n} parameters. How many has a dense layer from the same pixels to the same "
                 "maps?", n=f"{found.weights:,}")  # fmt: skip
    if predict(f"{PREFIX}ratio", question, RATIOS, lambda: ratio(one), one):
        head = ["", t("Convolution"), t("Dense layer"), t("ratio")]
        rows = [[t("parameters"), found.weights, found.dense], [t("products"), found.products, found.dense_products]]
        table(head, [[str(name), f"{a:,}", f"{b:,}", f"{b / a:,.0f}"] for name, a, b in rows])


def ratio(one: Layer) -> tuple[str, str]:
    """Which of RATIOS is right, and why."""
    found = one.count()
    times = found.dense / found.weights
    kind = "hundreds" if times <= 1e3 else "thousands" if times <= 1e5 else "more"
    return kind, t("{dense} parameters, {times} times as many: one weight for each pair of a pixel and a number that "
                   "comes out.", dense=f"{found.dense:,}", times=f"{times:,.0f}")  # fmt: skip


def sizes(one: Layer) -> None:
    """The output size by formula and by counting, and what is left over."""
    found = one.count()
    n, k, p, s = one.side, one.kernel, one.padding, one.stride
    walked = len(range(0, n + 2 * p - k + 1, s))
    left = (n + 2 * p - k) % s
    said = [t("Size: (H + 2p − k) / s + 1 = ({n} + 2·{p} − {k}) / {s} + 1 = {size}; counted place by "
              "place: {walked}. Out come {maps} maps of {size}×{size}.", n=n, p=p, k=k, s=s, size=found.out[1],
              walked=walked, maps=one.maps)]  # fmt: skip
    if left:
        said.append(t("Rounded down: no window sees the last {left}.", left=left))
    if answered("ratio"):
        larger = one.count(2)
        said.append(t("On a picture twice as wide and tall the convolution still has {weights} parameters, the dense "
                      "layer {dense}.", weights=f"{larger.weights:,}", dense=f"{larger.dense:,}"))  # fmt: skip
    st.markdown(bullets(*said))


def size_code(one: Layer) -> str:
    """Python for what is shown."""
    image = (one.channels, one.side, one.side)
    return (
        "from optim_viz.labs import windows\nfrom optim_viz.nn import Conv2d\n\n"
        f"print(windows.count({image}, {one.maps}, {one.kernel}, {one.stride}, {one.padding}))\n"
        f"print(Conv2d({one.maps}, {one.kernel}, stride={one.stride}, padding={one.padding}).output({image}))\n"
    )
