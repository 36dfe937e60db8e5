"""What the comparison and the searches that come with the app found."""

from functools import cache

from optim_viz.course.measures import measure
from optim_viz.experiments import benchmark, repeats, standings
from optim_viz.experiments.search import METHODS, START
from optim_viz.experiments.statistics import ALPHA, holm, smallest


@cache
def _always(setting: str, by: str, name: str) -> standings.Always:
    found = standings.always(standings.standings(benchmark.shipped(), by, setting), name)
    if found is None:
        raise ValueError(f"{name} was not compared")
    return found


@measure
def among_best(setting: str = "tuned", by: str = "loss", name: str = "Adam") -> float:
    """On how many problems an optimizer is the best or not to be told from it."""
    return _always(setting, by, name).count


@measure
def problems(setting: str = "tuned", by: str = "loss") -> float:
    """On how many problems the comparison says something."""
    return _always(setting, by, "Adam").problems


@measure
def how_many(setting: str = "tuned", by: str = "loss", name: str = "Adam") -> str:
    """Whether that is "all" of the problems, "most", "half" or fewer, "few" (a quarter or fewer)."""
    found = _always(setting, by, name)
    share = found.count / found.problems
    return "all" if share == 1 else "most" if share > 0.5 else "half" if share > 0.25 else "few"


@measure
def leader(setting: str = "tuned", by: str = "loss") -> str:
    """Who is among the best most often; several stand beside each other."""
    return ", ".join(_always(setting, by, "Adam").leaders)


@measure
def leads(setting: str = "tuned", by: str = "loss") -> float:
    """On how many problems the leader is among the best."""
    return _always(setting, by, "Adam").most


@measure
def optimizers() -> float:
    """How many optimizers were compared."""
    return len(benchmark.shipped().protocol.optimizers)


@measure
def report_seeds() -> float:
    """Seeds of the report."""
    return len(benchmark.shipped().protocol.seeds)


@measure
def pairs() -> float:
    """Pairs of optimizers on each problem."""
    count = len(benchmark.shipped().protocol.optimizers)
    return count * (count - 1) // 2


@measure
def best_case(seeds: int) -> float:
    """The p of a pair that wins on every seed, corrected for all pairs."""
    return holm([smallest(seeds)] + [1.0] * (int(pairs()) - 1))[0]


@measure
def enough(seeds: int) -> str:
    """Whether so many seeds can show anything after the correction: "yes" or "no"."""
    return "yes" if best_case(seeds) < ALPHA else "no"


@measure
def tuning_trials() -> float:
    """Trials per optimizer and problem."""
    return benchmark.shipped().protocol.trials


@measure
def rates_tried(method: str) -> float:
    """How many learning rates a method tried in the search that the page shows."""
    return len({trial.lr for trial in repeats.shipped().found[method].trials})


@measure
def budget() -> float:
    """Trials of each search."""
    return repeats.shipped().budget


@measure
def at_random() -> float:
    """Trials that the methods which learn make at random first."""
    return START


@measure
def repeated() -> float:
    """How often the searches were repeated."""
    return repeats.shipped().repeats


@measure
def wins(method: str, after: int = 25) -> float:
    """In how many repeats no other method had a higher score after so many trials."""
    return repeats.shipped().wins(after)[method]


@measure
def winner(after: int = 25) -> str:
    """The method that is highest most often."""
    found = repeats.shipped().wins(after)
    return max(found, key=found.__getitem__)


@measure
def median_score(method: str, after: int = 25) -> float:
    """The median over the repeats of the best score so far, in percent."""
    return 100 * repeats.shipped().spread(method, after).median


@measure
def median_test(method: str) -> float:
    """The median over the repeats of the accuracy on test images, in percent."""
    return 100 * repeats.shipped().tested(method).median


@measure
def weight_of(setting: str, method: str = "random") -> float:
    """How much of the scores' variance "lr" or "decay" explains in the search that the page shows, in percent."""
    shares = repeats.shipped().found[method].shares
    if shares is None:
        raise ValueError(f"too few trials of {method}")
    return 100 * shares[("lr", "decay").index(setting)]


@measure
def distinct(after: int = 25) -> float:
    """How many of the pairs of methods differ beyond chance."""
    return sum(pair.differs for pair in repeats.shipped().pairs(after))


@measure
def method_pairs() -> float:
    """How many pairs of methods there are."""
    return len(METHODS) * (len(METHODS) - 1) // 2
