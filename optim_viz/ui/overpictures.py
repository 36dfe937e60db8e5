"""Overfitting lab: what augmentation does to pictures, and the six that becomes a nine."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from optim_viz.figures import overfit as charts
from optim_viz.figures.banded import banded
from optim_viz.labs.overfit import kept
from optim_viz.labs.overfit.pictures import ANGLES, IMAGES, LARGEST, NINE, SEEDS, SIX, changed
from optim_viz.nn import CHANGES
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.overfit import PREFIX
from optim_viz.ui.said import bullets, middle
from optim_viz.ui.state import named
from optim_viz.words import Text

NAMES = {"Rotate": Text("Rotate"), "Shift": Text("Shift"), "InputNoise": Text("Noise"), "Mixup": Text("Mixup"),
         "Cutout": Text("Cutout"), "CutMix": Text("CutMix")}  # fmt: skip
USUAL = {"Rotate": 180.0}


@dataclass(frozen=True)
class Setup:
    kind: str
    strength: float
    seed: int


def controls() -> Setup:
    kind = named(st.segmented_control, t("Change"), f"{PREFIX}change", NAMES, "Rotate", required=True)
    (setting,) = CHANGES[kind].settings()
    options = tuple(v for v in setting.choices if v)
    labels = {"Rotate": t("Largest angle"), "Shift": t("Farthest shift in pixels"), "InputNoise": t("σ of the noise"),
              "Mixup": "α", "CutMix": "α", "Cutout": t("Side of the box in pixels")}  # fmt: skip
    strength = choice(labels[kind], f"{PREFIX}{kind}", options, USUAL.get(kind, setting.default))
    seed = choice(t("Draw again"), f"{PREFIX}draw", tuple(range(20)), 17)
    return Setup(kind, float(strength), int(seed))


def stage(setup: Setup) -> bool:
    """Six pictures before and after; then, after a guess, what a network calls a turned six."""
    before, t0, after, t1 = changed(setup.kind, setup.strength, setup.seed)
    labels, told = ([_label(row) for row in rows] for rows in (t0, t1))
    chart(f"{PREFIX}pairs", partial(charts.pairs, before, after, labels, told), t(
        "Six digits above, changed below; their labels: {told}.", told=", ".join(told)), charts.TEXTS,
        setup)  # fmt: skip
    st.caption(t("Above the pictures as they are, below as a step of training may see them, with the label they keep "
                 "or get."))  # fmt: skip
    asked = t("A network is trained on digits turned by at most {most:g}°. What does it call most sixes that are "
              "turned over (180°)?", most=LARGEST[0])  # fmt: skip
    seen = predict(f"{PREFIX}six", asked, {"six": Text("six"), "nine": Text("nine"), "other": Text("something else")},
                   _six)  # fmt: skip
    if seen:
        small, every = (kept.turning()[most] for most in LARGEST)
        rows = {"six": small.six, "nine": small.nine, "six.all": every.six, "nine.all": every.nine}
        names = {"six": t("called 6, trained to ±{most:g}°", most=LARGEST[0]),
                 "nine": t("called 9, trained to ±{most:g}°", most=LARGEST[0]),
                 "six.all": t("called 6, trained to ±{most:g}°", most=LARGEST[1]),
                 "nine.all": t("called 9, trained to ±{most:g}°", most=LARGEST[1])}  # fmt: skip
        chart(f"{PREFIX}turned", lambda theme, texts: banded(
            np.array(ANGLES), rows, names, charts.LOOKS, (texts["angle"], texts["share"]), ticks=ANGLES[::2],
            theme=theme), t("Sixes turned over are called 9 in {nine}.", nine=middle(small.nine[:, -1], share=True)),
            charts.TEXTS, "turned")  # fmt: skip
    return seen


def _label(shares: np.ndarray) -> str:
    """A label, or a blend: "60 % 6 + 40 % 9"."""
    found = [(digit, share) for digit, share in enumerate(shares) if share > 0.005]
    if len(found) == 1:
        return str(found[0][0])
    return " + ".join(f"{share:.0%} {digit}" for digit, share in found)


def _six() -> tuple[str, str]:
    small = kept.turning()[LARGEST[0]]
    six, nine = float(np.median(small.six[:, -1])), float(np.median(small.nine[:, -1]))
    right = "six" if six > 0.5 else "nine" if nine > 0.5 else "other"
    return right, t("Of the sixes turned over it calls {nine} a 9 and {six} a 6.",
                    nine=middle(small.nine[:, -1], share=True), six=middle(small.six[:, -1], share=True))  # fmt: skip


def words(setup: Setup, seen: bool) -> None:
    """Which change keeps the label, and what turning all the way costs."""
    said = [{
        "Rotate": t("Turning by a little keeps the label. Turned over, a 6 is a 9: then the label above is wrong, and "
                    "the network is taught a mistake."),
        "Shift": t("A shift keeps the label. On 8×8 pixels one pixel is an eighth of the picture, and these digits are "
                   "all centered: there is less to learn from it than on photographs."),
        "InputNoise": t("Noise keeps the label; for small σ it acts like a penalty on the slope of the network "
                        "(Bishop 1995)."),
        "Mixup": t("Both picture and label are blended: the network learns to change its mind gradually between two "
                   "classes."),
        "Cutout": t("The label stays, though the part that told it may be gone."),
        "CutMix": t("Each picture gets a box of another; the label is shared by area."),
    }[setup.kind]]  # fmt: skip
    if seen:
        small, every = (kept.turning()[most] for most in LARGEST)
        rows = [[f"±{most:g}°", *(middle(100 * made.accuracy[:, d], 3) for d in (SIX, NINE)),
                 middle(100 * made.accuracy.mean(axis=1), 3)] for most, made in kept.turning().items()]  # fmt: skip
        table([t("trained to"), t("6 right, %"), t("9 right, %"), t("all digits, %")], rows)
        lost = float(np.median(small.accuracy.mean(axis=1) - every.accuracy.mean(axis=1)))
        said.append(t("Trained with every angle the network can no longer know which way is up: of upright nines "
                      "{nine} are right instead of {before}, of all digits {lost:.1%} fewer. An augmentation is right "
                      "only if the label survives it.", nine=f"{np.median(every.accuracy[:, NINE]):.0%}",
                      before=f"{np.median(small.accuracy[:, NINE]):.0%}", lost=lost))  # fmt: skip
        st.caption(t("{images} digits, one hidden layer of 100, Adam, 60 epochs, tested on upright digits; median of "
                     "{seeds} seeds (lowest … highest), measured beforehand.", images=IMAGES,
                     seeds=len(SEEDS)))  # fmt: skip
    st.markdown(bullets(*said))


def code(setup: Setup, seen: bool) -> str:
    """Python that changes the same pictures, and trains with it."""
    value = repr(int(setup.strength)) if setup.kind in ("Shift", "Cutout") else repr(setup.strength)
    return (
        "import optim_viz as ov\nfrom optim_viz import nn\nfrom optim_viz.labs.overfit import pictures, trial\n\n"
        f"before, labels, after, changed = pictures.changed({setup.kind!r}, {setup.strength}, {setup.seed})\n"
        "print(changed.round(2))\n\n"
        "train, validation, test = trial.samples(500, 0.0, 0)\n"
        f"how = nn.Settings(20, 50, changes=(nn.{setup.kind}({value}),))\n"
        "*_, history = nn.Trainer(nn.Network([64, 100, 10]), (train, validation, test), ov.Adam(lr=0.003), "
        "how).events()\nprint(history.test.score)\n"
    )
