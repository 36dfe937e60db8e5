"""`python -m optim_viz`: sweeps and the benchmark from the command line, on this machine or on a cluster."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from optim_viz.experiments import benchmark, cluster, repeats
from optim_viz.experiments.crew import Crew, Loky, Serial
from optim_viz.experiments.guard import Limits
from optim_viz.experiments.journal import Journal
from optim_viz.experiments.sweep import Progress, Sweep, run


def main(words: list[str], *more: Callable[[Any], None]) -> int:
    """Runs the command; the status for the shell."""
    asked = parser(*more).parse_args(words)
    try:
        return asked.run(asked)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on from the journal", file=sys.stderr)
        return 130


def parser(*more: Callable[[Any], None]) -> argparse.ArgumentParser:
    """The words it understands; each of `more` adds a command."""
    asked = argparse.ArgumentParser(prog="python -m optim_viz", description="see how optimizers move")
    commands = asked.add_subparsers(dest="command", required=True)
    sweep = commands.add_parser("sweep", help="run a sweep and write its result file")
    sweep.add_argument("spec", type=Path, help="the sweep, as `Sweep.write` gives it")
    sweep.add_argument("--out", type=Path, help="the result file (default: SPEC with .result.json)")
    sweep.set_defaults(run=_sweep)
    bench = commands.add_parser("benchmark", help="always Adam? compare optimizers fairly and write the result file")
    usual = benchmark.Protocol()
    bench.add_argument("--out", type=Path, default=Path("benchmark.json"))
    bench.add_argument("--problems", nargs="+", default=usual.entries, choices=list(benchmark.ENTRIES))
    bench.add_argument("--optimizers", nargs="+", default=usual.optimizers, choices=list(benchmark.RANGES))
    bench.add_argument("--trials", type=int, default=usual.trials, help="random settings tried per optimizer")
    bench.add_argument("--seeds", type=int, default=len(usual.seeds), help="seeds of the report")
    bench.set_defaults(run=_benchmark)
    seek = commands.add_parser("search", help="repeat the searches of the page on hyper-parameters, and map the truth")
    seek.add_argument("--out", type=Path, default=Path("search.json"))
    seek.add_argument("--repeats", type=int, default=20)
    seek.add_argument("--trials", type=int, default=25, help="a square number, so that a grid uses it all")
    seek.set_defaults(run=_search)
    for one in (sweep, bench):
        one.add_argument("--journal", type=Path, help="where results are kept on the way (default: beside the result)")
        where = one.add_mutually_exclusive_group()
        where.add_argument("--workers", type=int, default=1, help="worker processes on this machine; 1: this process")
        where.add_argument(
            "--scheduler", help=f"address of a Dask scheduler, such as tls://10.0.0.1:8786 (default: {cluster.ADDRESS})"
        )
        one.add_argument("--seconds", type=float, default=300.0, help="most seconds for a cell")
        one.add_argument("--megabytes", type=float, default=1000.0, help="most memory for a cell")
    for add in more:
        add(commands)
    return asked


def _sweep(asked: argparse.Namespace) -> int:
    sweep = Sweep.read(asked.spec.read_text(encoding="utf-8"))
    out = asked.out or asked.spec.with_suffix(".result.json")
    return _write(asked, out, lambda *where: run(sweep, *where))


def _benchmark(asked: argparse.Namespace) -> int:
    protocol = benchmark.Protocol(asked.problems, asked.optimizers, asked.trials, seeds=tuple(range(asked.seeds)))
    return _write(asked, asked.out, lambda *where: benchmark.compute(protocol, *where))


def _search(asked: argparse.Namespace) -> int:
    for event in repeats.compute(asked.repeats, asked.trials):
        if isinstance(event, repeats.Record):
            asked.out.write_text(event.write(), encoding="utf-8")
        else:
            print(f"\r{event:.0%}   ", end="", file=sys.stderr, flush=True)
    print(f"\r{asked.out}", file=sys.stderr)
    return 0


def _write(asked: argparse.Namespace, out: Path, work: Any) -> int:
    journal, crew = Journal(asked.journal or out.with_suffix(".journal")), _crew(asked)
    try:
        events: Iterator[Any] = work(crew, journal, Limits(asked.seconds, asked.megabytes))
        for event in events:
            if isinstance(event, Progress):
                _say(event)
            else:
                out.write_text(event.write(), encoding="utf-8")
    finally:
        crew.close()
        journal.close()
    print(f"\n{out}", file=sys.stderr)
    return 0


def _crew(asked: argparse.Namespace) -> Crew:
    scheduler = asked.scheduler or cluster.address()
    if scheduler and asked.workers == 1:
        crew, said = cluster.reach(scheduler)
        print(said, file=sys.stderr)
        return crew
    return Loky(asked.workers) if asked.workers > 1 else Serial()


def _say(now: Progress) -> None:
    left = "" if now.seconds_left is None else f", about {now.seconds_left:.0f} s left"
    failed = f", {now.failed} failed" if now.failed else ""
    print(f"\r{now.done} of {now.total} cells{failed}{left}   ", end="", file=sys.stderr, flush=True)
