"""The checklist: each check on a run that really has the fault and on one that has not, and cures that really cure."""

from dataclasses import replace

import numpy as np
import pytest

from optim_viz.data import DATASETS, DataSpec, from_points, from_text, read_csv
from optim_viz.labs.checklist import (
    CHECKS,
    EXAMPLES,
    Case,
    Fix,
    cards,
    data_checks,
    few,
    imbalance,
    init,
    large,
    look,
    loss,
    missing,
    rate,
    run_checks,
    scale,
)
from optim_viz.labs.checklist.examples import board
from optim_viz.labs.checklist.table import csv_text
from optim_viz.labs.checklist.trial import arms, beats, changed, coded, epochs, estimate, fresh, network, trial, unseen
from optim_viz.nn import Conv2d, CrossEntropy, MaxPool, Network, Point, Settings, Trainer
from optim_viz.optimizers import SGD, Adam
from optim_viz.optimizers.custom import custom
from optim_viz.words import Text


def run(data, layers=(8,), rule=None, count=10, batch=20, seeds=0, split=None, source="", **more):
    """A case, trained."""
    split = split or data.split()
    net = Network([data.X.shape[1], *layers, data.outputs], **{"activation": "tanh", "init": "glorot", **more})
    *_, history = Trainer(net, split, rule or Adam(lr=0.03), Settings(count, batch), seed=seeds).events()
    return Case(data, split, history, source, batch, count)


@pytest.fixture(scope="module")
def cases():
    """Every worked example, trained."""
    return {name: example.case() for name, example in EXAMPLES.items()}


@pytest.fixture(scope="module")
def healthy():
    """Trainings without a fault: classes and numbers."""
    moons, curve = DataSpec("moons"), DataSpec("curve")
    return [run(moons.load(), (8, 8), count=40, source=moons), run(curve.load(), (8, 8), count=40, source=curve),
            run(DATASETS["iris"].load(), rule=SGD(lr=0.1), count=40),
            run(DATASETS["digits"].load().flat(), (50,), Adam(lr=0.003))]  # fmt: skip


def test_nothing_is_found_in_a_healthy_run(healthy):
    """Eight checks, four trainings, no alarm."""
    for case in healthy:
        assert {name: str(f.said) for name, f in look(case).items() if f.found} == {}


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_has_its_fault_and_no_other_cause(name, cases):
    """The check it was made for finds it; only too little data and too large a network may come together."""
    found = {check for check, finding in look(cases[name]).items() if finding.found}
    assert EXAMPLES[name].heals in found
    assert found <= {EXAMPLES[name].heals, *({"large"} if name == "few" else ())}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_cure_of_each_example_is_better_than_chance(name, cases):
    """Five draws of the first weights with and without: the cure of its check wins on unseen samples.

    A smaller network does not help where there are few points: found too, tried, and told so.
    """
    found = look(cases[name])
    fixes = [fix for finding in found.values() for fix in finding.fixes]
    *_, (before, cured, *others) = trial(cases[name], fixes)
    assert cured.fix == found[EXAMPLES[name].heals].fixes[0]
    assert cured.better
    assert cured.mean > before.mean + 0.02
    assert [other.better for other in others] == ([False] if name == "few" else [])


# --- missing values


def test_missing_values_are_counted(cases):
    """Cells, the worst column, rows; and the complete rows are those without a gap."""
    case = cases["missing"]
    gaps = np.isnan(case.data.X)
    found = missing(case)
    assert found.said.values["share"] == gaps.mean()
    assert found.said.values["rows"] == gaps.any(axis=1).sum()
    assert list(found.fixes[0].value) == np.flatnonzero(~gaps.any(axis=1)).tolist()


def test_a_few_missing_values_are_no_fault(healthy):
    """Half a percent is told, and left."""
    case = healthy[0]
    X = np.array(case.data.X)
    X[0, 0] = np.nan
    found = missing(replace(case, data=replace(case.data, X=X, gaps=True)))
    assert not found.found
    assert found.said.startswith("1 of 600 values")
    assert missing(case).said == "No value is missing."


def test_hardly_any_complete_row_is_no_cure(healthy):
    """With a gap in nearly every row, dropping rows is not offered."""
    case = healthy[0]
    X = np.array(case.data.X)
    X[5:, 1] = np.nan
    found = missing(replace(case, data=replace(case.data, X=X, gaps=True)))
    assert found.found
    assert found.fixes == ()


# --- imbalance


def test_a_lost_rare_class_is_found_by_its_recall(cases):
    """The numbers of the sentence are those of the network on samples it was not trained on."""
    case = cases["imbalance"]
    accuracy, balanced, rare = data_checks.recalls(case)
    X, y = (np.concatenate([getattr(p, k) for p in (case.split.validation, case.split.test)]) for k in ("X", "y"))
    said = case.net.classify(case.history.final.theta, X)[0]
    assert accuracy == pytest.approx((said == y).mean())
    assert rare == pytest.approx((said[y == 1] == 1).mean())
    assert balanced == pytest.approx(((said[y == 1] == 1).mean() + (said[y == 0] == 0).mean()) / 2)
    values = imbalance(case).said.values
    assert (values["most"], values["least"], values["lazy"]) == (184, 16, 0.92)
    counts = np.bincount(case.data.y[list(imbalance(case).fixes[0].value)])
    assert counts.tolist() == [16, 16]


def test_a_rare_class_that_is_told_apart_is_no_fault():
    """The same counts, far apart: every sample of the rare class is right."""
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(-0.5, 0.1, (90, 2)), rng.normal(0.5, 0.1, (10, 2))])
    case = run(from_points(points[:, 0], points[:, 1], ["a"] * 90 + ["b"] * 10), count=40)
    found = imbalance(case)
    assert not found.found
    assert "not lost" in found.said


# --- scale


def test_scale_is_what_training_saw(cases):
    """The same wines, once as they are and once scaled: fault, and none, which tells what scaling did."""
    raw = cases["scale"]
    widths = raw.split.train.X.std(axis=0)
    assert scale(raw).said.values["said"].values == {"small": widths.min(), "large": widths.max()}
    scaled = run(raw.data)
    assert not scale(scaled).found
    assert "before they were scaled the ratio was 2,5" in scale(scaled).said
    assert not init(raw).found


def test_columns_far_from_each_other_are_found():
    """Neither is far from 1, but one varies 400 times as much as the other."""
    moons = DATASETS["moons"].load()
    data = replace(moons, X=moons.X / moons.X.std(axis=0) * [0.05, 20.0])
    assert scale(run(data, count=1)).found
    near = replace(moons, X=moons.X / moons.X.std(axis=0) * [0.5, 5.0])
    assert not scale(run(near, count=1)).found


def test_targets_far_from_one_are_found():
    """A regression on unscaled targets in the hundreds."""
    data = DATASETS["diabetes"].load()
    case = run(data, split=data.split(scale_target=False), rule=Adam(lr=0.001), count=2)
    assert scale(case).found
    assert "targets vary by" in scale(case).cause
    assert not scale(run(data, count=2)).found


# --- loss


def test_codes_are_taken_for_classes(cases):
    """Ten whole numbers; a target with many values, or with fractions, is a number."""
    assert loss(cases["loss"]).fixes[0].value == 10
    made = coded(cases["loss"].data)
    assert made.task == "classification"
    assert made.classes == tuple("0123456789")
    np.testing.assert_array_equal(made.y, cases["loss"].data.y)
    curve = DATASETS["curve"].load()
    halves = replace(curve, y=np.where(curve.y > 0, 0.5, 1.0))
    assert not loss(run(halves, count=2)).found


def test_outliers_are_counted_by_the_median(cases):
    """Typing errors in the targets are found; normal noise is not, nor with a loss that bears them."""
    share, worst = run_checks.outliers(cases["outliers"])
    assert share == pytest.approx(7 / 120)
    assert worst > 30
    huber = run(cases["outliers"].data, count=10, loss="huber")
    assert not loss(huber).found


# --- first weights


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"init": "constant"}, "all units begin with the same weights"),
        ({"init": 1e-4}, "the last hidden layer varies"),
        ({"init": 30.0}, "are saturated"),
        ({"init": 30.0, "activation": "sigmoid"}, "are saturated"),
        ({"init": 8.0, "activation": "leaky_relu"}, "The first loss is"),
    ],
)
def test_bad_first_weights_are_found(more, sentence):
    """Copies, silence, saturation, and answers that are loud; the cure is one that fits the activation."""
    found = init(run(DATASETS["moons"].load(), (8, 8), count=1, **more))
    assert found.found
    assert sentence in found.said
    assert found.fixes[0].value == ("he" if more.get("activation") == "leaky_relu" else "glorot")


@pytest.mark.parametrize("more", [{"init": "he", "activation": "relu"}, {"init": "lecun"}, {"activation": "sigmoid"}])
def test_good_first_weights_are_not(more):
    """The usual ones, on classes and on numbers."""
    assert not init(run(DATASETS["moons"].load(), (8, 8), count=1, **more)).found
    assert not init(run(DATASETS["curve"].load(), (8, 8), count=1, **more)).found


def test_dead_units_are_found():
    """ReLU units with a bias far below 0 give 0 for every sample."""
    case = run(DATASETS["moons"].load(), (8,), count=1, activation="relu", init="he")
    first = case.history.checkpoints[0]
    theta = np.array(first.theta)
    case.net.views(theta)["0.bias"][:] = -100
    dead = replace(case.history, checkpoints=(replace(first, theta=theta), *case.history.checkpoints[1:]))
    assert "always 0" in init(replace(case, history=dead)).said


def test_the_guess_ignores_the_inputs(healthy):
    """ln 2 for two equal classes, 1 for a standardized target, the entropy of uneven shares."""
    assert healthy[0].guess == pytest.approx(np.log(2))
    assert healthy[1].guess == pytest.approx(1)
    lopsided = run(EXAMPLES["imbalance"].data(), count=1)
    p = lopsided.split.train.y.mean()
    assert lopsided.guess == pytest.approx(-p * np.log(p) - (1 - p) * np.log(1 - p))
    one = run(replace(healthy[0].data), (4,), count=1)
    binary = Network([2, 4, 1], loss="binary_cross_entropy")
    *_, history = Trainer(binary, one.split, SGD(lr=0.1), Settings(1, 20)).events()
    assert replace(one, history=history).guess == pytest.approx(np.log(2))


# --- learning rate


@pytest.mark.parametrize(("lr", "found", "cure"), [(1.0, True, 0.1), (0.1, False, None), (3e-4, True, 0.003)])
def test_a_rate_is_judged_by_what_the_loss_did(lr, found, cure):
    """Too large, right, and too small on one curve; the cure is a choice of the optimizer's control."""
    case = run(DATASETS["curve"].load(), (8, 8), SGD(lr=lr), 40)
    told = rate(case)
    assert told.found is found
    assert [fix.value for fix in told.fixes] == ([cure] if cure else [])


def test_a_rule_without_a_rate_has_none():
    """A rule somebody wrote."""
    own = custom("x = x - 0.1*g")
    assert "has no learning rate" in rate(run(DATASETS["moons"].load(), rule=own, count=2)).said


def test_the_worst_optimizer_is_looked_at():
    """One that diverged before one with a higher loss."""
    case = run(DATASETS["curve"].load(), (8, 8), [Adam(lr=1e-5), SGD(lr=1.0), Adam(lr=0.03)], 10)
    assert case.rule == SGD(lr=1.0)
    calm = run(DATASETS["curve"].load(), (8, 8), [Adam(lr=0.03), Adam(lr=1e-5)], 10)
    assert calm.rule == Adam(lr=1e-5)


# --- overfitting


def test_learned_by_heart_and_not(cases, healthy):
    """Few points, and many parameters, count only where the validation loss says so."""
    assert few(cases["few"]).found
    assert few(cases["few"]).fixes[0].value == 500
    assert large(cases["large"]).fixes[0].value == (5,)
    assert not few(cases["large"]).found
    small = DataSpec("blobs", n=50)
    case = run(small.load(), (50,), count=20, source=small)
    assert not case.overfits
    assert case.net.parameter_count > 2 * len(case.split.train)
    assert not few(case).found
    assert not large(case).found
    assert isinstance(estimate(case, look(cases["rate"])["rate"].fixes), float)


# --- trying


def test_other_data_get_as_many_steps(cases):
    """Ten times the points: a tenth of the epochs; a sixth of the rows: six times as many."""
    case = cases["few"]
    more = changed(case, look(case)["few"].fixes[0])
    assert len(more.split.train) == 300
    assert epochs(more, 30) == 20
    as_it_is, cured = (arm.trainer() for arm in arms(case, [look(case)["few"].fixes[0]]))
    assert abs(cured.steps - as_it_is.steps) <= 0.3 * as_it_is.steps


def test_judges_are_new_points():
    """Another seed, many of them, none for a table."""
    source = DataSpec("moons", n=50)
    judges = fresh(source)
    assert len(judges) == 2000
    assert not np.isin(judges.X, source.load().X).any()
    assert fresh(DataSpec("wine")) is None
    assert fresh("csv abc") is None


def test_scores_on_unseen_samples():
    """Classes: mean of the recalls; numbers: 1 − mean error over that of the median."""
    case = run(EXAMPLES["imbalance"].data(), count=20, seeds=[0, 1])
    assert unseen(case.history, case.split)[0] == pytest.approx(data_checks.recalls(replace(case))[1], abs=0.5)
    curve = run(DATASETS["curve"].load(), count=20)
    X, y = (np.concatenate([getattr(p, k) for p in (curve.split.validation, curve.split.test)]) for k in ("X", "y"))
    said = curve.net.predict(curve.history.final.theta[0], X)[:, 0]
    lazy = np.abs(y - np.median(curve.split.train.y)).mean()
    assert unseen(curve.history, curve.split)[0] == pytest.approx(1 - np.abs(said - y).mean() / lazy)


def test_better_means_by_twice_the_error():
    """Equal numbers, and a difference within the spread, are no better."""
    assert beats([0.9, 0.91, 0.92], [0.8, 0.81, 0.82])
    assert not beats([0.8, 0.9, 1.0], [0.7, 0.85, 1.0])
    assert not beats([0.5, 0.5], [0.5, 0.5])


# --- what can be taken along


def test_rows_become_a_table_that_can_be_read_again():
    """Gaps stay empty, classes go by their names, numbers to the last digit."""
    data = EXAMPLES["imbalance"].data()
    rows = data_checks.balanced_rows(data.y, 16)
    again, _ = read_csv(csv_text(data, rows).encode(), 3)
    np.testing.assert_array_equal(again.X, data.X[rows])
    assert again.classes == ("a", "b")
    holes = EXAMPLES["missing"].data()
    table = csv_text(holes, range(len(holes)))
    assert sum(line.startswith(",") for line in table.splitlines()) == np.isnan(holes.X).sum()


def test_rows_become_points_of_the_board():
    """The text is read back as the same points."""
    data = EXAMPLES["imbalance"].data()
    rows = data_checks.balanced_rows(data.y, 16)
    again = from_text(board(data, rows))
    np.testing.assert_array_equal(again.X, data.X[rows])
    np.testing.assert_array_equal(again.y, data.y[rows])


# --- the cards


def test_cards_are_answered_by_the_run():
    """What training changed is a parameter; the file holds these, and what the network looks like, and no more."""
    told = {name: cards.answer(name) for name in cards.CARDS}
    assert {name for name, one in told.items() if one.side == "parameter"} == {"weights", "biases", "gamma", "running"}
    assert all(one.moved > 1e-3 for one in told.values() if one.side == "parameter")
    assert {name for name, one in told.items() if one.saved} == {
        "weights", "biases", "gamma", "running", "units", "activation"}  # fmt: skip
    assert [name for name, one in told.items() if one.side == "parameter" and not one.by_gradient] == ["running"]
    assert told["weights"].numbers == 16


def test_the_saved_model_answers_as_before():
    """Loaded, to the last digit; the learning rate is nowhere in the file."""
    raw, found = cards.saved()
    assert cards.same_answers() == 0
    assert set(found) == {"spec", "theta", "state.1.running_mean", "state.1.running_var"}
    assert "lr" not in str(found["spec"])
    assert len(raw) > 8 * found["theta"].size


def test_every_check_is_there():
    """The eight of the notes, in the order to look at them."""
    assert list(CHECKS) == ["missing", "imbalance", "scale", "loss", "init", "rate", "few", "large"]


@pytest.mark.parametrize(
    "net",
    [
        lambda: Network([Conv2d(2, 3, padding=1), MaxPool(2), 5, 10], input=(1, 8, 8), activation="relu"),
        lambda: Network([64, 6, 10], batch_norm=True, dropout=0.2, activation="gelu"),
        lambda: Network([64, 10], l2=0.1),
        lambda: Network([64, 4, 10], activation="identity", loss=CrossEntropy(smoothing=0.1)),
        lambda: Network([64, 4, 10], activation="relu", init=1e3),
    ],
)
def test_any_network_of_the_training_page_can_be_looked_at(net):
    """Convolutions, batch normalization, no hidden layer, a run that diverges at once, one that was stopped."""
    data = DATASETS["digits"].load().flat().take(np.arange(120))
    split = data.split()
    trainer = Trainer(net(), split, [SGD(lr=0.1), SGD(lr=1e4)], Settings(2, 20))
    *_, history = trainer.events()
    stopped = Trainer(net(), split, SGD(lr=0.1), Settings(2, 20))
    next(event for event in stopped.events() if isinstance(event, Point))
    for found in (history, stopped.history()):
        case = Case(data, split, found, "", 20, 2)
        assert set(look(case)) == set(CHECKS)
    fixes = [fix for finding in look(case).values() for fix in finding.fixes]
    assert len(arms(case, fixes)) == 1 + len(fixes)


def test_a_smaller_network_keeps_its_convolutions():
    """Only the hidden units change."""
    net = Network([Conv2d(2, 3, padding=1), 50, 10], input=(1, 8, 8), activation="relu")
    data = DATASETS["digits"].load().flat().take(np.arange(60))
    *_, history = Trainer(net, data.split(), SGD(lr=0.1), Settings(1, 20)).events()
    smaller = network(Case(data, data.split(), history), Fix("layers", (5,), Text("fewer")))
    assert smaller.fields()["layers"] == (Conv2d(2, 3, padding=1), 5, 10)
