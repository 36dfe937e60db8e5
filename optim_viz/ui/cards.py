"""Cards to sort into parameters and hyper-parameters, and what is in the file of a saved model."""

import streamlit as st

from optim_viz.labs.checklist import cards
from optim_viz.labs.checklist.cards import CARDS, SIDES, Answer
from optim_viz.ui.i18n import t
from optim_viz.ui.said import bullets, table
from optim_viz.ui.state import named
from optim_viz.words import Text

PREFIX = "ck.card."


def sorting() -> tuple[int, int]:
    """The cards, each with its answer once it was sorted; how many were, and how many of them rightly."""
    st.caption(t("Behind the cards: a small network with batch normalization that was trained and saved just now. "
                 "Which side is each on?"))  # fmt: skip
    right = sorted_ = 0
    with st.container(key="curves"):
        for name, card in CARDS.items():
            with st.container(border=True):
                side = named(st.segmented_control, t(card.name), f"{PREFIX}{name}", SIDES, None)
                if side is not None:
                    told = cards.answer(name)
                    sorted_, right = sorted_ + 1, right + (side == told.side)
                    mark = "✓" if side == told.side else "✗"
                    st.markdown(f"{mark} **{t(SIDES[told.side])}.** {_reason(name, told)}")
    return sorted_, right


def score(count: int, right: int) -> None:
    """How it stands."""
    st.markdown(t("A parameter is learned and stored with the model; a hyper-parameter is set by a person."))
    st.metric(t("Cards on their side"), f"{right} / {count}")
    st.progress(count / len(CARDS), t("{left} cards are left.", left=len(CARDS) - count))


def _reason(name: str, told: Answer) -> str:
    card = CARDS[name]
    if told.side == "hyper":
        said = t("A person set it to {value}, and training left it there.", value=card.value)
        if told.saved:
            return f"{said} " + t("It is in the file all the same: without it the numbers of the model mean nothing.")
        return f"{said} " + t("It is not in the file: the trained model answers without it.")
    said = t("Training changed these {n} numbers by up to {moved:.3g}, and the file holds them.", n=told.numbers,
             moved=told.moved)  # fmt: skip
    if told.by_gradient:
        return said
    return f"{said} " + t("No gradient moved them, though: they were measured on the batches.")


def file() -> None:
    """What a saved model consists of; and that it answers as before."""
    raw, found = cards.saved()
    rows = [[f"`{name}`", t(_MEANING[name.partition(".")[0]]), "–" if name == "spec" else str(value.size)]
            for name, value in found.items()]  # fmt: skip
    st.markdown(f"**{t('What is saved with a model: {size} bytes', size=f'{len(raw):,}')}**")
    st.markdown(table([t("name in the file"), t("what it is"), t("numbers")], rows, left=(0, 1)))
    st.markdown(bullets(
        t("Loaded again, the model gives the same answers on all test samples: the largest difference is {gap:g}.",
          gap=cards.same_answers()),
        t("To train it again in the same way one also needs what is not there: optimizer, learning rate, batch size, "
          "epochs, seed, and the data.")))  # fmt: skip
    st.code(str(found["spec"]), language=None, wrap_lines=True)


_MEANING: dict[str, Text] = {
    "spec": Text("the network: layers, activation function, initializer"),
    "theta": Text("all weights and biases, γ and β, in one row"),
    "state": Text("running statistics of batch normalization"),
}


def snippet() -> str:
    """The same in a notebook."""
    return ("from optim_viz.labs.checklist import cards\n\n"
            "for name in cards.CARDS:\n    print(name, cards.answer(name))\n"
            "raw, found = cards.saved()\nprint(len(raw), list(found), cards.same_answers())\n")  # fmt: skip
