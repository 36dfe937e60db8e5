"""`python -m benchmarks` prints one table; `python -m benchmarks sweep basin` prints two of its parts."""

import importlib
import os
import sys

for _pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_pool] = "1"  # before NumPy is imported: one thread each is what the ratios are about

# Each is a module with `run()`, which yields a measure.Result per line of the table.
BENCHMARKS = ("sweep", "gradient", "lockstep", "basin")
LINE = "{:<44} {:>11} {:>13} {:>9} {:>8}  {:<4} {}"


def main(names: list[str]) -> int:
    """Print the table; 1 if a line misses its target, 2 for a name that is no benchmark."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"No benchmark {', '.join(unknown)}. There are: {', '.join(BENCHMARKS)}.")
        return 2
    missed = 0
    print(LINE.format("CPU time, one thread, median of 7 in turn", "ours ms", "peer ms", "ratio", "target", "met", ""))
    for name in names or BENCHMARKS:
        for result in importlib.import_module(f"benchmarks.{name}").run():
            print(_line(result), flush=True)
            missed += result.ratio is not None and result.ratio < result.target
    return int(missed > 0)


def _line(result) -> str:
    target = f">= {result.target:g}"
    if result.ratio is None:
        return LINE.format(result.name, "-", "-", "-", target, "-", result.note)
    met = "yes" if result.ratio >= result.target else "NO"
    numbers = (f"{result.ours:,.2f}", f"{result.peer:,.2f}", f"{result.ratio:,.2f}")
    return LINE.format(result.name, *numbers, target, met, result.note)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
