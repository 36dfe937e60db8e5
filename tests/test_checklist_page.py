"""The page *When it goes wrong*: the last run or an example, findings in numbers, cures that go there, cards, code."""

import re

import pytest

from optim_viz.labs.checklist import EXAMPLES, cards, look
from optim_viz.ui import checklist, cures, training
from tests.pages import heading, link, move, opened, said, unfold, widgets

FILE, TRAIN = "pages/checklist.py", "pages/train.py"


def visit(before=None, file=FILE):
    app = opened(before, file)
    assert not app.exception
    return app


def words(app):
    return " ".join(said(app, "markdown", "caption", "info", "success", "warning"))


def goto(app, file):
    """The same session, on another page."""
    app.switch_page(file)
    app.query_params = {}
    app.run()
    assert not app.exception
    return app


def test_it_opens_on_an_example_where_nothing_was_trained():
    """Two charts, a question, and no answer yet."""
    app = visit()
    assert "a worked example stands in" in words(app)
    assert len(app.get("plotly_chart")) == 2
    assert "Predict" in words(app)
    assert not any(key.startswith("ck.fix") for key in widgets(app))
    assert said(app, "warning", "error") == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_tells_its_cause_in_numbers(name):
    """The sentences are those of the core; the guess is judged by them; and a button goes to the cure."""
    app = visit({"ck.case": name, "ck.cause": "nothing"})
    case = EXAMPLES[name].case()
    found = look(case)
    cause = EXAMPLES[name].heals
    assert any("Not this time" in text for text in said(app, "warning"))
    assert str(found[cause].said) in words(app)
    assert str(found[cause].cause) in words(app)
    for check, finding in found.items():
        mark = "material/warning" if finding.found else "✓"
        assert re.search(rf"{mark}:? \*\*{re.escape(checklist.NAMES[check])}\.\*\*", words(app))
    move(app, "ck.cause", cause)
    assert said(app, "success")
    fix = found[cause].fixes[0]
    app.button(key=f"ck.fix.{cause}.{fix.kind}").click().run()
    assert heading(app) == "Train a network"
    wanted = {**cures.of_example(name, EXAMPLES[name]), **(cures.of_fix(case, fix) or {})}
    shown = {key: widget.value for key, widget in widgets(app).items() if key in wanted}
    assert shown == {key: value for key, value in wanted.items() if key in shown}
    assert {"net.data", "net.layers", "net.opt", "net.batch", "net.epochs"} <= set(shown)
    again = visit(link(app), TRAIN)
    assert {key: widgets(again)[key].value for key in shown} == shown
    there = visit(cures.link(wanted), TRAIN)
    assert {key: widgets(there)[key].value for key in shown} == shown
    assert said(there, "warning", "error") == []
    assert said(app, "warning", "error") == []


def test_a_second_cause_counts_as_right():
    """Too little data and too large a network are both found where points are few."""
    app = visit({"ck.case": "few", "ck.cause": "large"})
    assert said(app, "success")
    assert "Found: Too little data, Too large a network." in words(app)


def test_the_last_run_of_the_training_page_is_looked_at():
    """Trained there, seen here: its worst optimizer; the cure changes one control and leaves the others."""
    app = visit({"net.data": "curve", "net.epochs": "5", "net.SGD.lr": "3", "net.seed": "4"}, TRAIN)
    app.button(key="train").click().run(timeout=60)
    result = app.session_state["_net_result"]
    goto(app, FILE)
    assert "The last result of the page Train a network" in words(app)
    assert "SGD, lr 3, batches of 20, 5 epochs" in words(app)
    assert "Of 3 optimizers, the one that did worst" in words(app)
    move(app, "ck.cause", "rate")
    assert said(app, "success")
    app.button(key="ck.fix.rate.rate").click().run()
    assert heading(app) == "Train a network"
    shown = {key: widget.value for key, widget in widgets(app).items() if hasattr(widget, "value")}
    assert shown["net.SGD.lr"] == 0.3
    assert shown["net.data"] == "curve"
    assert shown["net.epochs"] == 5
    assert app.session_state["_net_result"] is result
    goto(app, TRAIN).button(key="train").click().run(timeout=60)
    goto(app, FILE)
    assert "SGD, lr 3," not in words(app)


def test_a_healthy_run_has_nothing_wrong():
    """The landing run of the training page."""
    app = goto(visit(file=TRAIN), FILE)
    move(app, "ck.cause", "nothing")
    assert any("None of the eight checks" in text for text in said(app, "success"))
    assert "try" not in widgets(app)


def test_painted_points_with_a_rare_class_are_balanced_on_the_board():
    """Their own points go there, as many of each class."""
    data = EXAMPLES["imbalance"].data()
    text = cures.board(data, range(len(data)))
    app = visit({"net.data": "points", "net.opt": "Adam", "net.Adam.lr": "0.01", "net.epochs": "20",
                 "net.layers": "4"}, TRAIN)  # fmt: skip
    move(app, "net.points", text)
    app.button(key="train").click().run(timeout=60)
    goto(app, FILE)
    move(app, "ck.cause", "imbalance")
    assert said(app, "success")
    app.button(key="ck.fix.imbalance.rows").click().run()
    points = widgets(app)["net.points"].value
    assert len(points.replace(" b ", " ").split()) == 64
    assert said(app, "warning", "error") == []


def test_rows_of_a_table_are_offered_as_a_file():
    """A table with gaps: the complete rows can be saved; nothing of the file is rendered."""
    rows = ["<b>x</b>,y", *(f"{'' if k % 3 == 0 else k / 10},{k / 5 + (k % 7) / 9:.3f}" for k in range(60))]
    app = visit({"net.data": "csv", "net.epochs": "2"}, TRAIN)
    app.file_uploader(key="net.file").set_value(("mine.csv", "\n".join(rows).encode(), "text/csv")).run()
    app.button(key="train").click().run(timeout=60)
    goto(app, FILE)
    move(app, "ck.cause", "missing")
    assert said(app, "success")
    assert any(button.key == "ck.fix.missing.rows" for button in app.get("download_button"))
    assert not any("<b>" in text for text in said(app))


def test_the_cures_are_tried_on_the_button():
    """Score and loss of each, and whether it beats chance."""
    app = visit({"ck.case": "rate", "ck.cause": "show"})
    app.button(key="try").click().run(timeout=60)
    assert not app.exception
    rows = said(app, "markdown")[-1].splitlines()[2:]
    assert rows[0].startswith("| as it was | −1.00 ± 0.00 | ∞ |")
    assert re.match(r"\| Learning rate 0\.1 \| 0\.5\d ± 0\.\d\d \| .* \| better \|", rows[1])
    move(app, "ck.case", "slow")
    assert not any("as it was" in text for text in said(app, "markdown"))


def test_every_control_is_moved_and_kept_by_the_link():
    """View, case, cause and all cards."""
    app = visit({"ck.case": "init", "ck.cause": "init"})
    again = visit(link(app))
    assert words(again) == words(app)
    app = visit({"ck.view": "cards"})
    for name in cards.CARDS:
        move(app, f"ck.card.{name}", "hyper")
    right = sum(cards.answer(name).side == "hyper" for name in cards.CARDS)
    assert app.get("metric")[0].value == f"{right} / {len(cards.CARDS)}"
    again = visit(link(app))
    assert words(again) == words(app)
    known = {"ck.view", "ck.case", "ck.cause", *(f"ck.card.{name}" for name in cards.CARDS)}
    there = set(widgets(unfold(visit({"ck.case": "rate", "ck.cause": "show"})))) | set(widgets(app))
    assert {key for key in there if key.startswith("ck.") and not key.startswith("ck.fix.")} == known


def test_cards_give_their_reason_in_numbers():
    """What training changed, what a person set, and what the file holds."""
    app = visit({"ck.view": "cards", "ck.card.weights": "parameter", "ck.card.lr": "parameter",
                 "ck.card.units": "hyper", "ck.card.running": "parameter"})  # fmt: skip
    moved = cards.answer("weights").moved
    assert f"✓ **parameter.** Training changed these 16 numbers by up to {moved:.3g}" in words(app)
    assert "✗ **hyper-parameter.** A person set it to 0.1" in words(app)
    assert "It is in the file all the same" in words(app)
    assert "No gradient moved them" in words(app)
    assert "the largest difference is 0." in words(app)
    assert any('"activation":"tanh"' in code for code in said(app, "code"))


@pytest.mark.parametrize("bad", [{"ck.case": "nine"}, {"ck.view": "x"}, {"ck.view": "cards", "ck.card.lr": "both"}])
def test_a_bad_link_gets_a_sentence(bad):
    """And the page is there all the same."""
    app = visit(bad)
    assert any(text.startswith("The link asks this control for a value") for text in said(app, "warning"))


@pytest.mark.parametrize("before", [{"ck.case": "rate"}, {"ck.view": "cards"}])
def test_the_code_runs_and_the_long_text_opens(before, capsys):
    """Executed, it prints every check, or every card."""
    app = unfold(visit(before))
    exec(next(code for code in said(app, "code") if "import" in code), {"__name__": "notebook"})
    printed = capsys.readouterr().out
    assert all(name in printed for name in (cards.CARDS if "ck.view" in before else look.__globals__["CHECKS"]))
    assert any("## The checklist" in text for text in said(app, "markdown"))


def test_the_code_of_ones_own_run_runs(capsys):
    """The training again, and then the checks."""
    app = goto(visit({"net.epochs": "2", "net.layers": "4"}, TRAIN), FILE)
    unfold(app)
    exec(next(code for code in said(app, "code") if "import" in code), {"__name__": "notebook"})
    assert "missing False" in capsys.readouterr().out
    assert training.DESK is not None


def test_it_speaks_korean():
    """Both views with all their answers."""
    for before in ({"ck.case": "few", "ck.cause": "rate"}, {"ck.case": "scale", "ck.cause": "show"},
                   {"ck.view": "cards", **{f"ck.card.{name}": "hyper" for name in cards.CARDS}}):  # fmt: skip
        told = re.sub(r"`[^`]*`", "", words(visit({"lang": "ko", **before})))
        assert not re.search(r"\b(training|samples|loss|parameters|network|file|columns)\b", told), told
        assert re.search("[가-힣]", told)
