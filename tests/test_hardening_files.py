"""Two hundred damaged files of every kind: each is read or refused with a sentence, in no time, and nothing breaks."""

import io
import json
import random
import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import thread_time
from typing import Any

import numpy as np
import pytest

import optim_viz as ov
from optim_viz.data import read_csv
from optim_viz.experiments import benchmark, repeats, standings, sweep
from optim_viz.experiments.benchmark import Protocol
from optim_viz.experiments.problems import OnSurface
from optim_viz.export import read_json, to_json
from optim_viz.figures import always as figures
from optim_viz.figures.spark import spark
from optim_viz.nn import Network
from optim_viz.runs import from_json, run
from optim_viz.runs import to_json as runs_json
from optim_viz.spec import from_spec, spec
from optim_viz.starters import STARTERS
from optim_viz.ui.site import PAGES
from optim_viz.words import Text
from tests.pages import RENDERED, move, opened, said

COUNT, SECONDS, MEMORY = 200, 1.0, 300  # files of a kind; for one; MB for all
NAMES = [page.name for page in PAGES]
PIECES = ["", "}", "]", "null", "1e999", "NaN", "-Infinity", '"x"', "[", "{", "true", '""', "-1", "9" * 400, "1e308",
          '"\\ud800"', "[[[[]]]]", '{"class":"SGD"}', "\u202e", "\0", ",", "\n", "=", "(", "<b>", '"']  # fmt: skip
VALUES = [None, -1, 0, 1e308, -1e308, 10**400, 10**9, "x", "\ud800", "../x", "<b>x</b>", [], {}, [[]], True,
          float("nan"), {"class": "SGD"}, {"class": "Call", "function": "os:system"},
          {"class": "Network", "layers": [10**9, 10**9]}, {"class": "Custom", "program": "x = x - lr*g"}]  # fmt: skip
CSV = "height;group;answer\n" + "\n".join(f"{k / 7:.3f};{'abc'[k % 3]};{'yes' if k % 4 else 'no'}" for k in range(60))


def spliced(text: str, dice: random.Random) -> str:
    """A piece of the text is another."""
    at = dice.randrange(len(text))
    return text[:at] + dice.choice(PIECES) + text[at + dice.randrange(1, 30) :]


def swapped(text: str, dice: random.Random) -> str:
    """A value somewhere in the JSON is another, or is there more often."""
    plain = json.loads(text)
    for _ in range(dice.randint(1, 2)):
        node, place = plain, None
        while isinstance(node, dict | list) and node and (place is None or dice.random() < 0.8):
            key = dice.choice(list(node)) if isinstance(node, dict) else dice.randrange(len(node))
            place, node = (node, key), node[key]
        assert place is not None
        place[0][place[1]] = node * 2 if isinstance(node, list) and dice.random() < 0.3 else dice.choice(VALUES)
    return json.dumps(plain)


@dataclass(frozen=True)
class Kind:
    """A good file, what reads it, and what a page does with it then."""

    good: Callable[[], str]
    read: Callable[[str], Any]
    use: Callable[[Any], object]


def small_report() -> str:
    """A benchmark of two optimizers."""
    protocol = Protocol(("bowl",), ("SGD", "Adam"), 2, (100,), tuple(range(10)))
    *_, report = benchmark.compute(protocol)
    assert isinstance(report, benchmark.Report)
    return report.write()


def draw(report: Any) -> None:
    """Every picture of the page Always Adam."""
    texts = {key: str(text) for key, text in figures.TEXTS.items()}
    for measure in standings.MEASURES:
        for setting in standings.SETTINGS:
            given = standings.standings(report, measure, setting)
            standings.always(given)
            if given:
                figures.grid(given, [one.entry for one in given], measure, theme="light", texts=texts).to_json()
            for entry in range(len(report.protocol.entries)):
                one = standings.standing(report, entry, measure, setting)
                if one.pairs:
                    figures.pairs(one, theme="dark", texts=texts).to_json()
    for way in range(2):
        figures.curves(report, 0, way, theme="light", texts=texts).to_json()
    figures.rates(report, 0, theme="light", texts=texts).to_json()
    figures.performance(report, "tuned", theme="light", texts=texts).to_json()


def kept() -> str:
    one = run("race", {"steps": ["50"], "opt": ["SGD", "Adam"]}, {"SGD": "f = 1"}, {"SGD": [3.0, 2.0, 1.0]})
    return runs_json((one, run("train", {}, {}, {"Adam": [1.0, -1e308, 1e308]}).pin(True)))


def swept() -> str:
    problem = OnSurface(ov.SURFACES["Matyas"], 5)
    *_, outcome = sweep.run(sweep.Sweep((problem,), (ov.SGD(lr=0.1), ov.Adam()), (0, 1)))
    assert isinstance(outcome, sweep.Outcome)
    return outcome.write()


def paths() -> str:
    return to_json(ov.trace([ov.SGD(lr=0.1), ov.Adam()], ov.SURFACES["Matyas"], (1, 1), 10))


def searched() -> str:
    """The shipped record of one method, to be quicker."""
    plain = json.loads(repeats.FILE.read_text(encoding="utf-8"))
    return json.dumps({**plain, "found": {"gp": plain["found"]["gp"]}})


KINDS = {
    "runs": Kind(kept, lambda text: from_json(text, NAMES),
                 lambda runs: [(spark(one.curves, "light"), runs_json((one,)).encode()) for one in runs]),
    "result of a benchmark": Kind(small_report, benchmark.read, draw),
    "result of a search": Kind(searched, repeats.read, lambda record: record.found),
    "result of a sweep": Kind(swept, sweep.read, lambda outcome: outcome.write()),
    "saved paths": Kind(paths, read_json, to_json),
    "spec": Kind(lambda: spec([ov.SURFACES["Beale"], ov.Adam(), Network([2, 3, 1])]), from_spec, spec),
    "table": Kind(lambda: CSV, read_csv, lambda read: (read[0].split(), [str(one) for one in read[1].sentences()])),
    "program": Kind(lambda: STARTERS["momentum"].program if "momentum" in STARTERS else
                    next(iter(STARTERS.values())).program, ov.custom,
                    lambda rule: ov.trace(rule, ov.SURFACES["Matyas"], (1, 1), 20)),
    "formula": Kind(lambda: "a*(x^2 + y - 11)^2 + exp(-b*y)*sin(x*y)", ov.Surface,
                    lambda surface: surface.gradient(np.ones(2))),
}  # fmt: skip
TEXTS_ONLY = ("table", "program", "formula")


def damaged(text: str, mixed: bool) -> Iterator[str]:
    dice = random.Random(7)
    for k in range(COUNT):
        yield (swapped if mixed and k % 2 else spliced)(text, dice)


@pytest.mark.parametrize("name", KINDS)
def test_two_hundred_damaged_files(name):
    """A sentence of ours or a thing that can be shown, within a second; the good file itself is read."""
    kind = KINDS[name]
    good, refused = kind.good(), 0
    kind.use(kind.read(good))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for text in damaged(good, name not in TEXTS_ONLY):
        begun = thread_time()
        try:
            found = kind.read(text)
        except ValueError as wrong:
            if not isinstance(wrong.args[0], Text):
                raise
            refused += 1
        else:
            with np.errstate(all="ignore"):
                kind.use(found)
        assert thread_time() - begun < SECONDS, text[:300]
    assert refused > COUNT // 4
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000 < MEMORY


def test_two_hundred_damaged_networks():
    """The same for the archive of a trained network, which is no text."""
    net, file = Network([2, 3, 1]), io.BytesIO()
    net.save(file, net.init(0))
    good, dice, refused = file.getvalue(), random.Random(7), 0
    for _ in range(COUNT):
        at, size = dice.randrange(len(good)), dice.randrange(1, 20)
        raw = good[:at] + dice.randbytes(dice.randrange(20)) + good[at + size :]
        begun = thread_time()
        try:
            Network.load(io.BytesIO(raw))
        except ValueError as wrong:
            refused += isinstance(wrong.args[0], Text)
        assert thread_time() - begun < SECONDS
    assert refused > COUNT // 2


def test_a_report_that_does_not_fit_its_protocol():
    """Other shapes, more trials than the file has, a rule nobody tried, endless curves: refused, and not computed."""
    plain = json.loads(small_report())
    changes = [("trials", 10**9), ("trials", True), ("draw", -1), ("draw", 10**400), ("seeds", ["a"] * 10),
               ("optimizers", ["SGD", "SGD"]), ("own", {"class": "SGD"})]  # fmt: skip
    broken = [{**plain, "protocol": {**plain["protocol"], key: value}} for key, value in changes]
    broken += [{**plain, "chosen": [[{"class": "SGD", "lr": 0.123}, plain["chosen"][0][1]]]},
               {**plain, "curves": [[[[], []]]]}, {**plain, "curves": [[[[], [[0, 1, 2]]], [[], []]]]},
               {**plain, "curves": [[[[], [[0, 1, 2, 10**400]]], [[], []]]]},
               {**plain, "loss": [[[["1"] * 10] * 2] * 2]}, {**plain, "calls": [[1]]}]  # fmt: skip
    for one in broken:
        begun = thread_time()
        with pytest.raises(ValueError, match="no result of a benchmark"):
            benchmark.read(json.dumps(one))
        assert thread_time() - begun < SECONDS
    benchmark.read(json.dumps(plain))


def test_half_a_character_is_no_text():
    """JSON can hold half of a pair of surrogates, which no page can show."""
    plain = json.loads(kept())
    plain["runs"][0]["results"] = [["SGD", "\ud800"]]
    with pytest.raises(ValueError, match="damaged"):
        from_json(json.dumps(plain), NAMES)


def test_what_is_kept_can_be_opened_again():
    """A link's endless parameter is not kept, so that the file of runs is not refused later."""
    one = run("race", {"steps": ["50"], "junk": ["x" * 10_000], "y" * 10_000: ["1"]}, {}, {})
    assert one.link == {"steps": ["50"]}
    assert from_json(runs_json((one,)), NAMES) == (one,)


@pytest.fixture(scope="module")
def pages():
    """The pages that open files, one session each."""
    return {"runs": opened(file="pages/runs.py"), "train": opened({"net.data": "csv"}, "pages/train.py"),
            "always": opened(file="pages/always.py")}  # fmt: skip


@pytest.mark.parametrize(
    ("page", "key", "kind"), [("runs", "ru.file", "runs"), ("train", "net.file", "table"),
                              ("always", "al.result", "result of a benchmark")]
)  # fmt: skip
def test_damaged_files_on_the_page(pages, page, key, kind):
    """Twelve damaged files, opened as a person opens them: the page stands, and renders none of their words."""
    app, ending = pages[page], "csv" if page == "train" else "json"
    if page == "always":
        app.session_state["al.again"] = True
        app.run()
    dice, good = random.Random(3), KINDS[kind].good()
    for k in range(12):
        raw = spliced(good, dice).replace("x", "<b>x").encode("utf-8", "replace")
        app.file_uploader(key=key).set_value((f"<i>{k}</i>.{ending}", raw, f"text/{ending}")).run()
        assert not app.exception
        assert not any("<b>" in shown or "<i>" in shown for shown in said(app, *(RENDERED - {"html"})))


def test_words_of_a_table_are_never_markup(pages):
    """Names of columns and classes full of markup, trained on: in no view do they reach what renders markup."""
    link, wild = "<a href='javascript:1'>", "[x](javascript:1)"
    rows = "".join(f"{k / 9:.2f};{(k * 7 % 11) / 9:.2f};{link if k % 2 else wild}\n" for k in range(40))
    app = pages["train"]
    table = (f"{link}.csv", f"{link}1;{wild}2;{link}{wild}\n{rows}".encode(), "text/csv")
    app.file_uploader(key="net.file").set_value(table).run()
    app.button(key="train").click().run()
    for view in ("boundary", "confusion", "inside"):
        move(app, "net.view", view)
        specs = [chart.proto.spec for chart in app.get("plotly_chart")]
        assert specs
        assert link not in "".join(specs)  # Plotly makes links of these
        assert "javascript" not in "".join(said(app))
    assert any(link in code for code in said(app, "code"))
