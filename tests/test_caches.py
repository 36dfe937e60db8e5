"""What stays in memory: every cache is bounded, all caches of pages together in bytes, a session's results, too."""

import ast
from threading import Thread
from types import SimpleNamespace

import numpy as np
import pytest

from optim_viz.ui import cached, jobs
from optim_viz.ui.cached import Bounded, Pool
from optim_viz.ui.weight import weight
from tests.server import ROOT

# Functions with arguments whose results stay for good: the arguments are out of a short list.
FEW = {
    "optim_viz/course/measures/experiments.py": {"_always"},  # lessons name them
    "optim_viz/labs/checklist/examples.py": {"_loaded"},  # examples of the catalogue
    "optim_viz/labs/norm/networks.py": {"digits"},  # sizes that the code names
    "optim_viz/labs/perceptron/best.py": {"points", "optimum"},  # tasks
    "optim_viz/labs/perceptron/wide.py": {"problem"},
    "optim_viz/optimizers/base.py": {"_bounds"},  # of declared hyper-parameters
    "optim_viz/translation.py": {"_catalogue"},  # languages
    "optim_viz/ui/inbrowser.py": {"in_browser"},  # files beside it
    "optim_viz/ui/lab.py": {"written"},
    "optim_viz/ui/present.py": {"_sheet"},
    "optim_viz/ui/site.py": {"_shown"},
}
FILES = sorted((ROOT / "optim_viz").rglob("*.py"))


def cached_functions(file):
    """(function, its decorator) of all that are cached."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        for one in getattr(node, "decorator_list", []):
            name = ast.unparse(one)
            if name.rpartition(".")[2].split("(")[0] in ("cache", "lru_cache", "cache_data", "cache_resource"):
                yield node, name


def test_every_cached_function_has_a_bound():
    """`lru_cache` names its size; `cache` is for functions without arguments, or with the few of the list above."""
    many = {}
    for file in FILES:
        for function, name in cached_functions(file):
            if name.startswith("lru_cache"):
                assert any(char.isdigit() for char in name), (file, function.name)
            else:
                assert name == "cache", (file, function.name)
                if function.args.args:
                    many.setdefault(file.relative_to(ROOT).as_posix(), set()).add(function.name)
    assert many == FEW


def test_pages_share_one_pool():
    """A cache of a page is a Bounded of the process's pool, with its number of entries: nothing else is kept there."""
    made = [ast.unparse(node) for file in (ROOT / "optim_viz" / "ui").glob("*.py")
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Bounded"]  # fmt: skip
    assert len(made) > 60
    assert all(len(ast.parse(one).body[0].value.args) == 1 for one in made)
    assert Bounded(3).pool is cached.POOL
    assert cached.POOL.most <= 64e6


def test_a_pool_forgets_what_was_unused_for_longest():
    """Over its bytes the oldest entry goes, whichever cache it is in; over its number that of the one cache."""
    pool = Pool(3.5e6)
    one, other = Bounded(9, pool), Bounded(2, pool)
    for cache, key in ((one, "a"), (other, "b"), (one, "c")):
        cache.put(key, np.zeros(125_000))
    assert one.get("a") is not None  # used again: now "b" is the oldest
    one.put("d", np.zeros(125_000))
    assert [one.get(key) is not None for key in "acd"] == [True] * 3
    assert other.get("b") is None
    for key in "efg":
        other.put(key, 0)
    assert [other.get(key) for key in "efg"] == [None, 0, 0]
    assert 3e6 < pool.held < 3.1e6
    assert len(pool.entries) == 5


def test_an_entry_replaced_is_counted_once():
    """The same key again frees what was there."""
    pool = Pool(1e9)
    cache = Bounded(5, pool)
    for size in (1000, 500_000, 1000):
        cache.put("a", np.zeros(size))
    assert pool.held == weight(("a", np.zeros(1000)))


def test_what_is_too_large_to_keep_costs_the_others_nothing():
    """It is given back, not kept, and everything else stays."""
    pool = Pool(1e6)
    cache = Bounded(5, pool)
    cache.put("small", 1)
    large = np.zeros(1_000_000)
    assert cache.put("large", large) is large
    assert cache.get("large") is None
    assert cache.get("small") == 1


def test_thirty_who_ask_at_once_wait_for_one_build():
    """A page opened by a class computes its first picture once."""
    cache, built, got = Bounded(5, Pool(1e6)), [], []

    def build():
        built.append(1)
        return object()

    with cached.GATE:
        threads = [Thread(target=lambda: got.append(cache.make("a", build))) for _ in range(30)]
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(10)
    assert len(built) == 1
    assert len(got) == 30
    assert len(set(map(id, got))) == 1


@pytest.mark.parametrize(
    ("value", "least"),
    [(np.zeros((100, 100)), 80_000), (np.zeros((100, 100))[:3].T, 80_000), (["x" * 5000] * 3, 5000), (b"y" * 70, 70),
     ({"a": SimpleNamespace(b=[np.ones(1000, np.float32)])}, 4000)],
)  # fmt: skip
def test_weight_is_that_of_everything_inside(value, least):
    """Arrays by what they stand on, equal parts once, objects by their fields."""
    assert least <= weight(value) <= least + 1500


def test_a_sessions_results_are_bounded(monkeypatch):
    """With several large results in one session the oldest go; the last one stays, however large it is."""
    state = {}
    monkeypatch.setattr(jobs.st, "session_state", state)
    known = list(jobs._DESKS)
    desks = [jobs.Desk(f"test{k}") for k in range(4)]
    jobs._DESKS[:] = known
    for desk in desks[:3]:
        desk.put(np.zeros(900_000))
    assert [desk.result is None for desk in desks[:3]] == [True, False, False]
    desks[3].put(np.zeros(3_000_000))
    assert [desk.result is None for desk in desks] == [True, True, True, False]
