"""Record what the exported PyTorch scripts do; run with a Python that has torch and numpy.

    python tests/reference/make_exports_reference.py

Writes exports.json beside this file: for each race the code for optim_viz, the code for PyTorch, and where torch's
points are half-way and at the end, in float64. Rates are small against the curvature at the start, because rounding
errors grow along an unstable path.
"""

import json
import platform
import sys
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import optim_viz as ov  # noqa: E402
from optim_viz import export, schedules  # noqa: E402

EVERY_FUNCTION = (
    "sin(a*x)^2 + cos(b) + tan(y/9) + asin(x/9) + acos(y/9) + atan(x) + sinh(x/3) + cosh(y) + tanh(x*y) + exp(-x^2)"
    " + log(1 + y^2) + sqrt(x^2 + 2) + abs(x - 3) + sign(y)*x^2 + step(x)*y + min(x, y) + max(a*x, 0)"
    " + e^(x/5) + pi*y^2"
)


def calm(surface, share: float = 0.2) -> float:
    """A rate that is a small share of 1/λ at the start, of one digit."""
    curvature = float(np.abs(np.linalg.eigvalsh(surface.hessian(surface.start))).max())
    return float(f"{share / max(curvature, 2.0):.1g}")


def races():
    """(name, paths): every surface of the catalogue, every rule, noise, every schedule, every function, no x at all."""
    for name, surface in ov.SURFACES.items():
        lr = calm(surface)
        rules = [ov.SGD(lr=lr), ov.Nesterov(lr=lr, momentum=0.5), ov.AdaGrad(lr=0.05), ov.Adam(lr=0.02)]
        yield name, ov.trace(rules, surface, surface.start, 25)
    valley = ov.SURFACES["Rosenbrock"]
    every = [rule() for rule in ov.OPTIMIZERS.values()]
    yield "every rule", ov.trace(every, valley, valley.start, 40)
    decayed = [rule(weight_decay=0.1) for rule in ov.OPTIMIZERS.values() if hasattr(rule, "weight_decay")]
    yield "weight decay", ov.trace(decayed, valley, valley.start, 40)
    bowl = ov.SURFACES["Elongated bowl"]
    yield "noise", ov.trace([ov.SGD(lr=0.1), ov.Nesterov(lr=0.1), ov.SGD(lr=0.3)], bowl, (-7, 2), 30, noise=0.1, seed=3)
    for name, schedule in schedules.SCHEDULES.items():
        rules = [ov.SGD(lr=0.1), ov.Adam(lr=0.3), ov.Momentum(lr=0.1)]
        yield name, ov.trace(rules, bowl, (-7, 2), 40, schedule=schedule())
    mixed = ov.Surface(EVERY_FUNCTION, a=2, b=0.5, x=(-3, 3), y=(-3, 3))
    yield "every function", ov.trace([ov.SGD(lr=0.01), ov.Adam(lr=0.02)], mixed, (1.3, -0.7), 40)
    yield "constant", ov.trace([ov.SGD(lr=0.1)], ov.Surface("3"), (1, 2), 3)


def run(code: str) -> dict:
    names: dict = {}
    exec(code, names)
    steps = names["steps"]
    return {name: points[[steps // 2, steps]].tolist() for name, points in names["paths"].items()}


def main() -> None:
    torch.set_num_threads(1)
    made_by = {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()}
    rows = []
    for name, paths in races():
        code = export.torch_code(paths)
        rows.append({"name": name, "optim_viz": export.notebook_code(paths), "torch": code, "x": run(code)})
    body = ",\n".join(json.dumps(row) for row in rows)
    text = f'{{\n"made_by": {json.dumps(made_by)},\n"races": [\n{body}\n]\n}}\n'
    Path(__file__).with_name("exports.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
