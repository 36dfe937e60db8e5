"""The book's experiments: declared with the book's numbers, measured as they say, judged by what they must show."""

import inspect
from dataclasses import replace

import numpy as np
import pytest

import optim_viz as ov
from optim_viz.data import DATASETS, Data
from optim_viz.experiments import run
from optim_viz.experiments.book import (
    EXPERIMENTS,
    check,
    curves,
    judge,
    material,
    norm,
    overfit,
    paths,
    search,
    signals,
)
from optim_viz.experiments.book.record import Criterion, Line, Panel, Result
from optim_viz.figures import book as figures
from optim_viz.nn import BatchNorm, Dense, Dropout, Network, ReLU
from optim_viz.words import Text

KEYS = ("optimizer_compare_naive", "optimizer_compare_mnist", "weight_init_activation_histogram",
        "weight_init_compare", "batch_norm_test", "overfit_weight_decay", "overfit_dropout",
        "hyperparameter_optimization", "gradient_check")  # fmt: skip
HEAVY = tuple(key for key in KEYS if EXPERIMENTS[key].arms)


def arms(key, source="digits", seed=0):
    return EXPERIMENTS[key].arms(source, seed)  # type: ignore[misc]


def steps(arm):
    return arm.trainer().steps


def short(key, epochs=3, most=None):
    """Some of its arms with a few epochs, and their histories."""
    some = [replace(arm, how=replace(arm.how, epochs=epochs)) for arm in arms(key)[:most]]
    *_, histories = run(some)
    return some, histories


def test_every_experiment_is_there_in_order():
    """The nine of the book."""
    assert tuple(EXPERIMENTS) == KEYS
    assert len(HEAVY) == 6


def test_paths_are_the_books():
    """Function, start, rates and number of points, and the values that follow from them."""
    rules = {rule.name: rule for rule in paths.BOOK.optimizers}
    assert rules == {"SGD": ov.SGD(lr=0.95), "Momentum": ov.Momentum(lr=0.1, momentum=0.9),
                     "AdaGrad": ov.AdaGrad(lr=1.5, eps=1e-7),
                     "Adam": ov.Adam(lr=0.3, beta1=0.9, beta2=0.999, eps=1e-7)}  # fmt: skip
    numbers, drawn = paths.measure("digits", 0)
    for path in drawn:
        assert path.x.shape == (30, 2)
        assert path.x[0].tolist() == [-7, 2]
        assert (path.surface.x, path.surface.y) == ((-10, 10), (-10, 10))
    x, y = -7 * (1 - 0.95 / 10) ** 29, 2 * (1 - 0.95 * 2) ** 29  # gradient descent on a quadratic, in closed form
    assert numbers["f_SGD"] == pytest.approx(x * x / 20 + y * y, rel=1e-12)
    assert numbers["flips_SGD"] == 29
    v, at = np.zeros(2), np.array([-7.0, 2.0])
    for _ in range(29):
        v = 0.9 * v - 0.1 * np.array([at[0] / 10, 2 * at[1]])
        at = at + v
    assert numbers["f_Momentum"] == pytest.approx(at[0] ** 2 / 20 + at[1] ** 2, rel=1e-12)
    assert numbers["f_SGD"] < min(numbers["f_Adam"], numbers["f_Momentum"])


def test_optimizers_and_starts_are_the_books():
    """Four hidden layers of 100, He or three spreads, 2000 iterations of 128 with replacement, the book's rates."""
    four = arms("optimizer_compare_mnist")
    assert [arm.rule for arm in four] == [ov.SGD(lr=0.01), ov.Momentum(lr=0.01, momentum=0.9),
                                          ov.AdaGrad(lr=0.01, eps=1e-7), ov.Adam(lr=0.001, eps=1e-7)]  # fmt: skip
    assert {arm.net for arm in four} == {Network([64, 100, 100, 100, 100, 10])}
    three = arms("weight_init_compare")
    assert [arm.net.fields().get("init", "he") for arm in three] == ["normal", "lecun", "he"]
    for arm in (*four, *three):
        assert (steps(arm), arm.how.batch_size, arm.how.sampling) == (2000, 128, "replacement")
        assert arm.seeds == (0,)
    assert [arm.rule for arm in three] == [ov.SGD(lr=0.01)] * 3
    weights = three[0].net.views(three[0].net.init(0))["2.weight"]
    assert weights.std() == pytest.approx(0.01, rel=0.02)


def test_batch_norm_is_the_books():
    """Sixteen scales with and without, normalization before each ReLU, 20 epochs of 1000 images in batches of 100."""
    found = arms("batch_norm_test")
    assert tuple(np.logspace(0, -4, 16)) == norm.SCALES
    assert [arm.name for arm in found] == [norm.WITH, norm.WITHOUT] * 16
    kinds = [type(layer) for layer in found[0].net.layers]
    assert kinds == [Dense, BatchNorm, ReLU] * 5 + [Dense]
    assert [type(layer) for layer in found[1].net.layers] == [Dense, ReLU] * 5 + [Dense]
    assert found[0].net.layers[1] == BatchNorm(momentum=0.1, eps=1e-6)
    for k, arm in enumerate(found):
        assert arm.net.fields()["init"] == ov.nn.Normal(norm.SCALES[k // 2])
        assert (arm.rule, steps(arm), arm.how.batch_size, len(arm.data[0][0])) == (ov.SGD(lr=0.01), 200, 100, 1000)
    assert (norm.SCALES[2], norm.SCALES[3]) == pytest.approx((0.29, 0.16), abs=0.005)


def test_overfitting_is_the_books():
    """300 images, six hidden layers, 201 or 301 epochs of three batches; λ 0.1, or the book's dropout of 0.2."""
    for key, epochs, cure in (("overfit_weight_decay", 201, {"l2": 0.1}),
                              ("overfit_dropout", 301, {"dropout": Dropout(0.2, "book")})):  # fmt: skip
        plain, cured = arms(key)
        assert plain.net == Network([64, *[100] * 6, 10])
        assert cured.net == plain.net.replace(**cure)
        for arm in (plain, cured):
            assert (arm.rule, steps(arm), arm.how.batch_size) == (ov.SGD(lr=0.01), 3 * epochs, 100)
            assert [len(X) for X, _ in arm.data] == [300, 1497]
    after = [type(b) for a, b in zip(cured.net.layers, cured.net.layers[1:], strict=False) if isinstance(a, ReLU)]
    assert after == [Dropout] * 6


def test_search_is_the_books():
    """A hundred pairs in their ranges, 400 images to train on and 100 to judge by, 50 epochs; each trial for itself."""
    found = arms("hyperparameter_optimization")
    rates, decays = (np.log10([f(arm) for arm in found]) for f in (lambda a: a.rule.lr, lambda a: a.net.l2))
    assert len(found) == 100
    for values, low, high in ((rates, -6, -2), (decays, -8, -4)):
        assert low <= values.min() < low + 0.3
        assert high - 0.3 < values.max() <= high
        assert abs(values.mean() - (low + high) / 2) < 4 * 4 / np.sqrt(12 * 100)
    assert len({arm.seeds for arm in found}) == 100
    assert {steps(arm) for arm in found[:3]} == {200}
    assert [len(X) for X, _ in found[0].data] == [400, 100]
    other = arms("hyperparameter_optimization", seed=1)
    assert not {arm.seeds for arm in found} & {arm.seeds for arm in other}


def test_a_seed_draws_the_images():
    """No image is in both parts, another seed draws others, and all digits are used."""
    (train, y), (rest, z) = material.images("digits", 300, 0)
    assert len(train) + len(rest) == 1797
    assert len(np.unique(np.vstack([train, rest]), axis=0)) == len(np.unique(DATASETS["digits"].load().X, axis=0))
    assert len(y) == 300
    assert len(z) == 1497
    assert not np.array_equal(train, material.images("digits", 300, 1)[0][0])
    np.testing.assert_array_equal(train, material.images("digits", 300, 0)[0][0])


def test_mnist_brings_its_own_test_images(monkeypatch):
    """Training images come from its training part, test images from the other writers."""
    asked = []

    class Spec:
        def __init__(self, name, n, seed):
            asked.append((name, n, seed))
            self.n = n

        def load(self):
            many = self.n + self.n // 5
            X = np.arange(many, dtype=float).reshape(-1, 1, 1, 1) * np.ones((1, 1, 28, 28)) / many
            return Data("m", X, np.arange(many) % 10, "classification", held_out=self.n // 5)

    monkeypatch.setattr(material, "DataSpec", Spec)
    train, test = material.images("mnist", 300, 7)
    assert asked == [("mnist", 5000, 7)]
    assert train[0].shape == (300, 784)
    assert test[0].shape == (1000, 784)
    assert train[0].max() < test[0].min()
    some = arms("optimizer_compare_mnist", "mnist", 1)
    assert asked[-1] == ("mnist", 6400, 1)
    assert steps(some[0]) == 2000
    assert some[0].net.input_shape == (784,)


def test_signals_are_those_of_the_layers():
    """Twelve passages of five layers, and the numbers of the fifth."""
    numbers, drawn = signals.measure("digits", 3)
    assert len(drawn) == 12
    p = drawn["relu", "he"]
    assert p.shares.shape == (5, 30)
    assert numbers["relu_he_kept"] == p.std[4] / p.std[0]
    assert numbers["sigmoid_one_flat"] == drawn["sigmoid", "one"].flat[4]


def test_losses_are_read_from_the_histories():
    """Mean and last loss of each arm, their ratios, and a curve each."""
    some, histories = short("optimizer_compare_mnist")
    numbers, (panel,) = curves.read(some, histories)
    mean = {arm.name: history.train_loss[0].mean() for arm, history in zip(some, histories, strict=True)}
    assert numbers["SGD/Momentum"] == mean["SGD"] / mean["Momentum"]
    assert numbers["near"] == pytest.approx(mean["Momentum"] * mean["AdaGrad"] / mean["Adam"] ** 2)
    assert numbers["last_Adam"] == histories[3].train_loss[0, -1]
    assert [line.name for line in panel.lines] == ["SGD", "Momentum", "AdaGrad", "Adam"]
    np.testing.assert_array_equal(panel.lines[1].y, histories[1].train_loss[0])
    assert panel.lines[0].x.tolist() == [0, 10, 20, 30]


def test_scales_are_counted():
    """How many reach half, who is ahead at two scales, and which plain networks diverged at once."""
    some, histories = short("batch_norm_test", 1)
    for k, history in enumerate(histories):
        score = 0.9 if k in (4, 5, 6) else 0.5 if k == 0 else 0.49
        history.train_score[0, -1] = score
    numbers, panels = norm.read(some, histories)
    assert (numbers["with"], numbers["plain"]) == (3, 1)
    assert numbers["ahead_0.29"] == 0
    assert numbers["ahead_0.16"] == pytest.approx(0.49 - 0.9)
    assert len(panels) == 16
    gone = [history.outcomes[0].kind == "diverged" for history in histories[1::2]]
    assert numbers["gone"] == sum(gone) > 0
    assert [bool(panel.note) for panel in panels] == gone
    points = [len(panel.lines[1].x) for panel in panels if not panel.note]
    assert points == [2] * (16 - sum(gone))
    assert all(len(panel.lines[1].x) < 2 for panel in panels if panel.note)


def test_gaps_are_means_of_the_last_epochs():
    """Training minus test accuracy, without and with; a half that is never reached counts as the end."""
    some, histories = short("overfit_weight_decay", 25)
    numbers, panels = overfit.read(some, histories)
    for name, history in zip(("without", "with"), histories, strict=True):
        train, test = history.train_score[0, -20:].mean(), history.validation_score[0, -20:].mean()
        assert numbers[f"gap_{name}"] == pytest.approx(train - test)
        assert numbers[f"test_{name}"] == pytest.approx(test)
    assert numbers["shrinks"] == numbers["gap_without"] - numbers["gap_with"]
    assert numbers["test"] == numbers["test_with"] - numbers["test_without"]
    histories[1].train_score[0] = 0.4
    assert overfit.read(some, histories)[0]["half_with"] == 26
    assert [panel.title for panel in panels] == ["without", "with"]
    assert [line.name for line in panels[0].lines] == ["training", "test"]


def test_the_best_trials_are_picked_by_validation():
    """The twenty best, where their rates lie, and both rank correlations."""
    some, histories = short("hyperparameter_optimization", 1, 25)
    for arm, history in zip(some, histories, strict=True):
        history.validation_score[0, -1] = np.log10(arm.rule.lr)
    numbers, panels = search.read(some, histories)
    best = sorted((arm.rule.lr for arm in some), reverse=True)[:20]
    assert (numbers["low"], numbers["high"]) == (min(best), max(best))
    assert numbers["inside"] == np.mean([1e-3 <= rate <= 1e-2 for rate in best])
    assert numbers["rate"] == pytest.approx(1)
    decays, rates = (np.array([f(arm) for arm in some]) for f in (lambda a: a.net.l2, lambda a: a.rule.lr))
    assert numbers["decay"] == pytest.approx(search.together(decays, rates))
    assert numbers["either"] == abs(numbers["decay"])
    assert [panel.title for panel in panels] == [f"{rate:.2g}" for rate in best]


def test_rank_correlation():
    """1 for the same order, -1 for the reverse, ties share a rank (value worked out by hand)."""
    a = np.array([1.0, 2, 3, 4])
    assert search.together(a, a**3) == pytest.approx(1)
    assert search.together(a, -a) == pytest.approx(-1)
    assert search.together(a, np.array([1.0, 2, 2, 3])) == pytest.approx(np.sqrt(0.9))


def test_the_gradient_check_finds_a_mistake(monkeypatch):
    """Right gradients agree to 1e-7; one that is off by a thousandth, in one layer only, does not."""
    for seed in range(2):
        numbers, rows = check.measure("digits", seed)
        assert max(numbers[f"worst_{name}"] for name in check.nets("digits")) < 1e-7
        assert numbers["one"] < 1e-12 < 0.1 < numbers["three"]
    assert len(rows) == 4 + 10 + 6
    plain = Dense.backward

    def wrong(self, p, kept, dy, dp, mode, onward=True):
        back = plain(self, p, kept, dy, dp, mode, onward)
        if self.units == 50:
            dp[0][...] *= 1.001
        return back

    monkeypatch.setattr(Dense, "backward", wrong)
    numbers, _ = check.measure("digits", 0)
    assert numbers["worst_two layers"] == pytest.approx(1e-3, rel=0.01)
    assert numbers["worst_dropout"] < 1e-7


def test_a_criterion_is_an_interval():
    """Both ends belong to it; numbers are written with a true minus sign."""
    one = Criterion("n", Text("c"), Text("m"), low=-0.5, high=2)
    assert [one.holds(v) for v in (-0.51, -0.5, 2, 2.01)] == [False, True, True, False]
    assert one.needed == "−0.5 … 2"
    assert Criterion("n", Text("c"), Text("m"), low=0, form="+.1%").needed == "≥ 0"
    assert Criterion("n", Text("c"), Text("m"), high=1e-7, form=".1e").needed == "≤ 1.0e−07"
    assert not one.holds(float("nan"))


@pytest.mark.parametrize("key", KEYS)
def test_what_was_measured_beforehand_is_complete(key):
    """Five numbers for each criterion; nothing for MNIST, or where nothing is drawn."""
    experiment = EXPERIMENTS[key]
    for c in experiment.criteria:
        assert len(judge.spread(experiment, c.number)) == (5 if experiment.drawn else 0)
        assert judge.spread(experiment, c.number, "mnist") == ()


@pytest.mark.parametrize("key", HEAVY)
def test_the_first_run_can_be_drawn(key):
    """What the page opens with: the numbers of seed 0, and as many panels and points as a run has."""
    experiment, result = EXPERIMENTS[key], judge.beforehand(EXPERIMENTS[key])
    assert (result.key, result.source, result.seed) == (key, "digits", 0)
    right, reason = experiment.question.answer(result.numbers)
    assert right in experiment.question.options
    assert isinstance(reason, Text)
    assert len(result.drawn) == {"batch_norm_test": 16, "overfit_weight_decay": 2, "overfit_dropout": 2,
                                 "hyperparameter_optimization": 20}.get(key, 1)  # fmt: skip
    arm = arms(key)[0]
    for line in (line for panel in result.drawn if not panel.note for line in panel.lines):
        assert line.x[0] == 0
        assert line.x[-1] == (2000 if key in ("optimizer_compare_mnist", "weight_init_compare") else arm.how.epochs)
    figures.curves(result.drawn, experiment.axes)


@pytest.mark.parametrize("key", ["weight_init_activation_histogram", "gradient_check"])
def test_the_file_says_what_a_run_says(key):
    """Where it is quick, the numbers of each seed are measured again."""
    experiment = EXPERIMENTS[key]
    for seed in (0, 4):
        numbers, _ = experiment.measure("digits", seed)
        for c in experiment.criteria:
            again, known = numbers[c.number], judge.spread(experiment, c.number)[seed]
            if key == "gradient_check":
                assert c.holds(again) == c.holds(known)  # rounding errors, which another machine may have otherwise
            else:
                assert again == pytest.approx(known, rel=1e-4)


@pytest.mark.parametrize("key", HEAVY)
def test_a_long_run_begins_as_the_file_says(key):
    """The first epochs of seed 0, trained again, are the first points of the curves that the page opens with."""
    panels, found = judge.beforehand(EXPERIMENTS[key]).drawn, arms(key)
    if key == "hyperparameter_optimization":  # only the best are drawn, under their rate
        panels = panels[:3]
        found = [next(arm for arm in found if f"{arm.rule.lr:.2g}" == panel.title) for panel in panels]
    if key == "batch_norm_test":
        panels, found = panels[:5], found[:10]
    lines = [line for panel in panels for line in panel.lines]
    *_, histories = run([replace(arm, how=replace(arm.how, epochs=2)) for arm in found])
    again = [y[0] for history in histories for y in _drawn(key, history)]
    for line, y in zip(lines, again, strict=True):
        some = min(len(line.y), 3)
        np.testing.assert_allclose(line.y[:some], y[:some], atol=0.01)


def _drawn(key, history):
    """What is drawn of a history: losses, accuracies, or both accuracies in the order of the picture."""
    if key in ("optimizer_compare_mnist", "weight_init_compare"):
        return [history.train_loss]
    if key == "batch_norm_test":
        return [history.train_score]
    both = [history.train_score, history.validation_score]
    return both if key.startswith("overfit") else both[::-1]


def test_a_run_tells_how_far_it_is_and_is_judged():
    """Shares from 0 to 1, then the result; a verdict has the number of the run beside those of the five seeds."""
    plain = EXPERIMENTS["overfit_weight_decay"]
    some, _ = short("overfit_weight_decay", 2)
    experiment = replace(plain, arms=lambda source, seed: some)
    *shares, result = experiment.work("digits", 0)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert isinstance(result, Result)
    for verdict in judge.verdicts(experiment, result):
        assert verdict.value == result.numbers[verdict.criterion.number]
        assert verdict.seeds == judge.spread(plain, verdict.criterion.number)
        assert verdict.holds == (verdict.criterion.low <= verdict.value <= verdict.criterion.high)
        assert verdict.often == 5
    assert judge.verdicts(experiment, replace(result, source="mnist"))[0].seeds == ()


def test_the_digits_do_not_show_everything():
    """What holds with all five seeds, and what does not: the page says the same."""
    often = {(e.key, c.number): sum(map(c.holds, judge.spread(e, c.number))) for e in EXPERIMENTS.values()
             for c in e.criteria if e.drawn}  # fmt: skip
    weak = {key: count for key, count in often.items() if count < 5}
    assert weak == WEAK


WEAK = {
    ("optimizer_compare_mnist", "near"): 0,
    ("batch_norm_test", "ahead_0.16"): 1,
    ("overfit_dropout", "shrinks"): 4,
}


def test_seconds_are_told_for_what_trains():
    """A light experiment costs nothing, a long one less than the limit on digits by far, if not on a slow machine."""
    assert EXPERIMENTS["gradient_check"].seconds() == 0
    assert 0.1 < EXPERIMENTS["overfit_weight_decay"].seconds() < 300


def test_one_panel_is_a_chart_of_its_own():
    """The curves are the arrays, on axes with their names."""
    x = np.arange(5)
    axes = EXPERIMENTS["weight_init_compare"].axes
    figure = figures.curves([Panel("", (Line("He", x, x / 5), Line("0.01", x, 1 - x / 5)))], axes)
    assert [trace.name for trace in figure.data] == ["He", "0.01"]
    np.testing.assert_array_equal(figure.data[0].y, x / 5)
    assert figure.layout.xaxis.title.text == "iterations"
    assert figure.layout.yaxis.range == (0, 2.5)
    assert len({trace.line.dash for trace in figure.data}) == 2


def test_many_panels_share_one_pair_of_axes():
    """Each curve lies in its own place and says its own numbers; a name is one trace."""
    axes, x = EXPERIMENTS["batch_norm_test"].axes, np.array([0.0, 10.0, 20.0])
    panels = [Panel(f"{k}", (Line("without", x, np.full(3, 0.1 * k)), Line("batch normalization", x, x / 20)),
                    ("without", "gone") if k == 2 else None) for k in range(5)]  # fmt: skip
    figure = figures.curves(panels, axes, texts={"without": "ohne"})
    plain, cured = figure.data
    assert plain.name == "ohne"
    assert [v for v in plain.x if v is None] == [None] * 5
    assert list(cured.x[4:7]) == pytest.approx([1, 1.43, 1.86])
    assert list(cured.y[16:19]) == pytest.approx([0, 0.37, 0.74])  # the fifth of four columns: second row
    assert plain.text[8] == "2 · 0: 20.0%"
    assert len(figure.layout.shapes) == 5
    assert [a.text for a in figure.layout.annotations] == ["0", "1", "2", "diverged", "3", "4"]


def test_errors_are_drawn_as_they_are():
    """A dot per array, none left of the axis, and the limit."""
    rows = [check.Checked("two layers", "0.weight", 1e-9), check.Checked("dropout", "0.bias", 0.0)]
    figure = figures.errors(rows)
    assert list(figure.data[0].x) == [1e-9, 1e-16]
    assert list(figure.data[0].y) == ["two layers", "dropout"]
    assert figure.layout.shapes[0].x0 == 1e-7


def test_every_experiment_is_one_declaration():
    """Each file of experiments declares them with everything the page needs."""
    for experiment in EXPERIMENTS.values():
        assert experiment.settings
        assert experiment.differs
        assert len(experiment.question.options) >= 3
        assert experiment.criteria
        assert experiment.kind in ("paths", "histograms", "panels", "errors")
        assert (experiment.axes is not None) == (experiment.kind == "panels")
        assert not experiment.arms or inspect.isfunction(experiment.arms)
