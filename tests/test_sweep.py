"""Sweeps: the same bytes wherever they run, and only the guilty cell fails."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import optim_viz as ov
from optim_viz.data import DataSpec
from optim_viz.experiments.crew import Loky, Serial
from optim_viz.experiments.guard import Limits
from optim_viz.experiments.journal import Journal
from optim_viz.experiments.problems import FRACTIONS, Call, OnData, OnSurface
from optim_viz.experiments.sweep import Outcome, Progress, Sweep, grid, read, run
from optim_viz.nn import Network
from tests.server import ROOT

pytestmark = pytest.mark.slow
RULES = [*grid(ov.SGD, lr=[0.01, 0.1, 0.5]), *grid(ov.Adam, lr=[0.01, 0.1])]
VALLEY = OnSurface(ov.SURFACES["Elongated bowl"], 60)
DIGITS = OnData(DataSpec("digits"), Network([64, 10, 10], activation="relu", init="he"), 1, 100)
MIXED = Sweep((VALLEY, DIGITS), RULES, range(20))  # 200 cells


def outcome(sweep, *args, **more) -> Outcome:
    """The last event of a run, after events that only go forward."""
    *steps, last = run(sweep, *args, **more)
    assert all(isinstance(step, Progress) for step in steps)
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert isinstance(last, Outcome)
    return last


@pytest.fixture(scope="module")
def loky():
    crew = Loky(2)
    yield crew
    crew.close()


@pytest.fixture(scope="module")
def reference() -> str:
    return outcome(MIXED).write()


def test_serial_cells_are_what_the_core_says():
    """A cell's numbers are those of `trace`, from the start its seed draws."""
    found = outcome(Sweep([VALLEY], [ov.Adam(lr=0.5)], [7])).results[0]["ok"]
    path = ov.trace(ov.Adam(lr=0.5), VALLEY.surface, VALLEY.start(7), 60)
    assert found["loss"] == path.value[-1] - VALLEY.surface.minimum_value
    assert found["best"] == path.value.min() - VALLEY.surface.minimum_value
    assert found["curve"][0] == [0, path.value[0]]
    assert found["calls"] == 1.0
    first = [next((t for t, v in enumerate(path.value) if v <= path.value[0] * part), None) for part in FRACTIONS]
    assert found["reached"] == first
    assert None not in first[:3]


def test_grid_is_every_combination():
    """The last choice changes fastest."""
    rules = grid(ov.Adam, lr=[0.1, 0.01], beta1=[0.8, 0.9])
    assert [(r.lr, r.beta1) for r in rules] == [(0.1, 0.8), (0.1, 0.9), (0.01, 0.8), (0.01, 0.9)]


def test_a_sweep_and_its_result_are_files():
    """Written and read again they are equal; other texts are refused."""
    assert Sweep.read(MIXED.write()) == MIXED
    small = outcome(Sweep([VALLEY], RULES[:2], [0]))
    again = read(small.write())
    assert again.write() == small.write()
    for text in ("", "[]", "{}", '{"form":"x"}', small.write()[:-20], small.write().replace('"ok"', '"what"', 1)):
        with pytest.raises(ValueError, match="no result of a sweep"):
            read(text)
    with pytest.raises(ValueError, match=r"no sweep|1 to"):
        Sweep.read('{"problems":[],"rules":[],"seeds":[]}')


def test_a_spec_names_no_function():
    """A file cannot make the machine run a function of its choice."""
    text = Sweep([Call("tests.faults:fine")], RULES[:1], [0])
    with pytest.raises(ValueError, match="cannot be written"):
        text.write()


@pytest.mark.parametrize("workers", [1, 2])
def test_loky_gives_the_same_bytes(reference, workers):
    """200 cells on one and on two workers: byte for byte what one core says."""
    crew = Loky(workers)
    assert outcome(MIXED, crew).write() == reference
    crew.close()


@pytest.mark.parametrize("order", ["1", "2"])
def test_fresh_processes_give_the_same_bytes(order, reference, tmp_path):
    """Other processes, started from the command line and with other orders of their sets, write the same file."""
    (tmp_path / "spec.json").write_text(MIXED.write())
    call = [sys.executable, "-m", "optim_viz", "sweep", "spec.json", "--out", "result.json"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": order}
    subprocess.run(call, cwd=tmp_path, env=env, check=True, capture_output=True)
    assert (tmp_path / "result.json").read_text() == reference


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("nan", "NaN"),
        ("wrong", "no such thing"),
        ("greedy", "memory"),
        ("endless", "late"),
        ("crash", "died"),
    ],
)
def test_only_the_guilty_cell_fails(loky, function, reason):
    """NaN, an error, 4 GB, an endless loop, a crash: one cell has a reason, the others their results.

    All of it ends within the second that a cell may take and five more; on a machine that is busy with other things,
    within what eight starts of two workers take there.
    """
    loky.close()
    begun, limits = time.monotonic(), Limits(1.0, 500)
    outcome(Sweep([Call("tests.faults:fine")], [ov.SGD()], range(8)), loky)
    start = time.monotonic() - begun
    made = outcome(Sweep([Call(f"tests.faults:{function}")], [ov.SGD()], range(8)), loky, limits=limits)
    assert time.monotonic() - begun - start < limits.seconds + max(5, 8 * start)
    failed = [k for k, result in enumerate(made.results) if "error" in result]
    assert failed == [3]
    assert reason in made.results[3]["error"]
    assert [r["ok"]["loss"] for k, r in enumerate(made.results) if k != 3] == [0.0, 1.0, 2.0, 4.0, 5.0, 6.0, 7.0]


@contextmanager
def kill_workers(folder: Path, times: int, all_of_them: bool = False, pause: float = 0.25) -> Iterator[list[int]]:
    """Inside, `times` times, kill -9 of a random worker (or of all) that wrote its number into the folder."""
    stop, killed = threading.Event(), []

    def hand() -> None:
        draw = random.Random(times)
        while len(killed) < times and not stop.wait(pause * (0.6 + 0.8 * draw.random())):
            alive = [int(f.name) for f in folder.iterdir() if _is_alive(int(f.name))]
            for pid in alive if all_of_them else draw.sample(alive, min(1, len(alive))):
                os.kill(pid, signal.SIGKILL)
            if alive:
                killed.append(len(alive))
            for file in folder.iterdir():
                file.unlink()

    thread = threading.Thread(target=hand)
    thread.start()
    try:
        yield killed
    finally:
        stop.set()
        thread.join()


def _is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().split()[2] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(("times", "all_of_them"), [(1, False), (3, True)])
def test_killed_workers_cost_nothing_but_time(tmp_path, times, all_of_them):
    """kill -9 of one worker, and of all of them three times: every cell is there, once, as serial says."""
    arguments = json.dumps({"folder": str(tmp_path), "seconds": 0.03})
    sweep = Sweep([Call("tests.faults:who", arguments)], [ov.SGD(lr=0.5)], range(40))
    expected = [seed * 0.5 for seed in range(40)]
    crew, journal = Loky(2), Journal(tmp_path.parent / f"j{times}.db")
    with kill_workers(tmp_path, times, all_of_them) as killed:
        made = outcome(sweep, crew, journal)
    crew.close()
    assert len(killed) == times
    assert [r["ok"]["loss"] for r in made.results] == expected
    assert len(journal) == 40


def test_twenty_sweeps_survive_the_loss_of_a_worker(tmp_path):
    """kill -9 of one random worker in each of 20 sweeps: 100 % of the cells, none twice, identical to serial."""
    crew = Loky(2)
    for k in range(20):
        folder = tmp_path / str(k)
        folder.mkdir()
        call = Call("tests.faults:who", json.dumps({"folder": str(folder), "seconds": 0.02}))
        sweep, journal = Sweep([call], [ov.SGD(lr=0.5)], range(16)), Journal()
        with kill_workers(folder, 1, pause=0.02 + 0.01 * k) as killed:
            made = outcome(sweep, crew, journal)
        assert [r["ok"]["loss"] for r in made.results] == [seed * 0.5 for seed in range(16)]
        assert len(journal) == 16
        assert len(killed) <= 1
    crew.close()


APP = """
import json, sys
from optim_viz import SGD
from optim_viz.experiments.journal import Journal
from optim_viz.experiments.problems import Call
from optim_viz.experiments.sweep import Sweep, run
slow = Call("tests.faults:slow", json.dumps({"seconds": 0.02}))
*_, last = run(Sweep([slow], [SGD(lr=0.5)], range(300)), journal=Journal(sys.argv[1]))
print(json.dumps(last.results))
"""


def test_an_app_killed_at_twenty_instants_loses_nothing(tmp_path):
    """kill -9 of the whole process, 20 times: the journal keeps what was done, and the last run completes it."""
    draw, call = random.Random(1), [sys.executable, "-c", APP, str(tmp_path / "journal.db")]
    env, counts = {**os.environ, "PYTHONPATH": str(ROOT)}, [0]
    for _ in range(20):
        process = subprocess.Popen(call, env=env, stdout=subprocess.DEVNULL)
        grown = draw.randrange(1, 12)
        while process.poll() is None and _rows(tmp_path / "journal.db") < counts[-1] + grown:
            time.sleep(0.01)
        process.kill()
        process.wait()
        counts.append(_rows(tmp_path / "journal.db"))
    assert counts == sorted(counts)
    last = subprocess.run(call, env=env, capture_output=True, text=True, check=True).stdout.strip()
    assert [r["ok"]["loss"] for r in json.loads(last)] == [seed * 0.5 for seed in range(300)]
    assert _rows(tmp_path / "journal.db") == 300


def _rows(file: Path) -> int:
    return len(Journal(file))


def test_a_journal_resumes(tmp_path):
    """What is in the journal does not run again; what is missing does."""
    journal = Journal(tmp_path / "journal.db")
    sweep = Sweep([VALLEY], RULES, range(10))
    work = run(sweep, journal=journal)
    first = next(told for told in work if isinstance(told, Progress) and told.done)
    work.close()
    assert first.done < 50
    assert len(journal) == first.done
    begun = next(iter(run(sweep, journal=Journal(tmp_path / "journal.db"))))
    assert isinstance(begun, Progress)
    assert begun.done == first.done
    assert outcome(sweep, journal=journal).write() == outcome(sweep).write()
    assert len(journal) == 50


def test_a_batch_can_be_left_on_the_way():
    """A sweep looks up often while a batch of networks trains: whoever stops it there does not wait for the batch."""
    journal = Journal()
    work = run(Sweep([DIGITS], grid(ov.SGD, lr=[0.01 * k for k in range(1, 33)]), [0]), journal=journal)
    begun = [next(work) for _ in range(4)]
    assert {step.done for step in begun if isinstance(step, Progress)} == {0}
    work.close()
    assert len(journal) == 0


def test_a_journal_refuses_what_is_none(tmp_path):
    """A file of another kind, and a folder, are refused with a sentence and left as they are."""
    (tmp_path / "text").write_text("hello, this is no data base at all" * 100)
    for file in (tmp_path / "text", tmp_path):
        with pytest.raises(ValueError, match="journal"):
            Journal(file)
    assert (tmp_path / "text").read_text().startswith("hello")


def test_bad_sweeps_are_refused():
    """No cells, or more than anyone wants."""
    for problems, rules, seeds in (([], RULES, [0]), ([VALLEY], RULES, range(10**6))):
        with pytest.raises(ValueError, match="cells"):
            Sweep(problems, rules, seeds)


def test_serial_runs_in_order():
    """Results come in the order of the cells, whatever the batches."""
    made = outcome(Sweep([Call("tests.faults:fine")], grid(ov.SGD, lr=[1.0, 2.0]), [1, 2]), Serial())
    assert [r["ok"]["loss"] for r in made.results] == [1.0, 2.0, 2.0, 4.0]
