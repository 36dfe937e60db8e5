"""`python -m benchmarks` measures everything; names measure some of it; `--check` fails when a target is missed."""

import importlib
import os
import sys

for _pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_pool] = "1"  # before NumPy is imported: one thread each is what the ratios are about

LINES = (
    "sweep",
    "rates",
    "gradient",
    "lockstep",
    "basin",
    "networks",
    "landscapes",
    "sweeps",
)  # modules with `run()`, which yields a measure.Result per line
TABLES = ("response",)  # modules with `main(argv)`, which prints a table of its own and takes options
FORM = "{:<46} {:>9} {:>10} {:>9} {:>8}  {:<4} {}"


def main(argv: list[str]) -> int:
    """Measure and print; 1 under --check when a target is missed, 2 for a name that is no benchmark."""
    if argv and argv[0] in TABLES:
        return importlib.import_module(f"benchmarks.{argv[0]}").main(argv[1:])
    names = [name for name in argv if name != "--check"]
    unknown = [name for name in names if name not in LINES]
    if unknown:
        print(f"No benchmark {', '.join(unknown)}. There are: {', '.join(LINES)}; alone: {', '.join(TABLES)}.")
        return 2
    options = ["--check"] if "--check" in argv else []
    missed = _lines(names or list(LINES))
    if not names:
        for name in TABLES:
            print(f"\n{name}", flush=True)
            missed += importlib.import_module(f"benchmarks.{name}").main(options)
    return int(bool(options) and missed > 0)


def _lines(names: list[str]) -> int:
    """Print a line per result; how many missed their target."""
    missed = 0
    print(FORM.format("CPU time, one thread, medians of 7 rounds", "ours ms", "peer ms", "ratio", "target", "met", ""))
    for name in names:
        for result in importlib.import_module(f"benchmarks.{name}").run():
            missed += result.met is False
            print(FORM.format(*result.cells()), flush=True)
    return missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
