"""The same paths as one PyTorch script: formula, start, optimizers, loop."""

from collections.abc import Sequence

from optim_viz import formula
from optim_viz.export.numbers import names
from optim_viz.export.record import version
from optim_viz.export.script import one_run, seed_of, start_of
from optim_viz.optimizers import Momentum, Nesterov, Rprop
from optim_viz.surfaces import Surface
from optim_viz.trace import Path
from optim_viz.words import Text

_SCRIPT = '''"""Made by optim_viz {version}. {said}"""

{imports}

torch.set_default_dtype(torch.float64)
start, steps = {start!r}, {steps}


def f(x, y{letters}):
    return {f}


rules = {{
{rules}}}
{schedules}{extra}
paths = {{}}
for name, rule in rules.items():
    p = torch.tensor(start, requires_grad=True)
    optimizer = rule([p])
{before}    path = [p.detach().clone()]
    for t in range(steps):
        optimizer.zero_grad()
        loss = f(*p)
        loss.backward()
{noise}{listen}        optimizer.step()
{after}        path.append({point})
    paths[name] = torch.stack(path)  # every position, (steps + 1, 2)
    print(name, *paths[name][-1].tolist())
'''
_SEEN = '''

def point(optimizer, p):
    """torch's Nesterov keeps the look-ahead point: the point itself is one momentum behind."""
    group, buffer = optimizer.param_groups[0], optimizer.state[p].get("momentum_buffer")
    ahead = group["lr"] * group["momentum"] * buffer if group.get("nesterov") else 0
    return p.detach() + ahead

'''


def torch_code(paths: Path | Sequence[Path]) -> str:
    """A script that runs with torch alone (and NumPy, for noise) and prints where each optimizer ends.

    Rules torch lacks are named in it and left out. ValueError where nothing is left, or the surface or the schedule is
    Python code.
    """
    many = one_run(paths)
    first = many[0]
    if type(first.surface) is not Surface:
        raise ValueError(Text("PyTorch code can be given for a surface that is a formula; this one is not."))
    rules, missing = _rules(many)
    if not rules:
        raise ValueError(Text("torch.optim has none of these optimizers."))
    ahead = any(isinstance(path.optimizer, Nesterov) for path in many) and first.schedule is None
    return _SCRIPT.format(
        version=version(),
        said=" ".join(["Stable paths agree to about 1e-12.", *missing]),
        imports="import numpy as np\nimport torch" if first.noise else "import torch",
        start=start_of(first),
        steps=len(first.value) - 1,
        letters="".join(f", {k}=torch.tensor({v!r})" for k, v in first.surface.parameters.items()),
        f=_formula(first.surface),
        rules="".join(f"    {name!r}: lambda params: {path.optimizer.torch_code()},\n" for name, path in rules),
        extra=_draws(first) + (_SEEN if ahead else ""),
        noise="        p.grad += noise[t]\n" if first.noise else "",
        point="point(optimizer, p)" if ahead else "p.detach().clone()",
        **_schedules(first, rules),
    )


def _rules(paths: Sequence[Path]) -> tuple[list[tuple[str, Path]], list[str]]:
    """The paths torch can repeat, by name, and a sentence for those it cannot."""
    known, absent, other = [], [], []
    for path, name in zip(paths, names(paths), strict=True):
        if not path.optimizer.torch_code():
            absent.append(name)
        elif path.schedule is not None and isinstance(path.optimizer, Momentum | Nesterov | Rprop):
            other.append(name)
        else:
            known.append((name, path))
    said = [f"torch.optim has no {', '.join(absent)}."] if absent else []
    if other:
        said.append(f"Left out: {', '.join(other)}, which torch moves in another way while lr changes.")
    return known, said


def _formula(surface: Surface) -> str:
    tree = formula.parse(surface.formula)
    constant = not {"x", "y"} & set(formula.names_of(tree))
    return formula.python(tree, "torch") + (" + 0*x" if constant else "")  # backward() needs a way back to x


def _draws(path: Path) -> str:
    if not path.noise:
        return ""
    draw = f"np.random.default_rng({seed_of(path)}).standard_normal((steps, 2))"
    return f"noise = torch.from_numpy({path.noise!r} * {draw})\n"


def _schedules(first: Path, rules: list[tuple[str, Path]]) -> dict[str, str]:
    """The parts a schedule adds: one that listens to the loss is told before the update, any other counts it after."""
    if first.schedule is None:
        return {"schedules": "", "before": "", "listen": "", "after": ""}
    if not hasattr(first.schedule, "torch_code"):
        raise ValueError(Text("PyTorch code can be given for the schedules of optim_viz, not for a function."))
    steps = len(first.value) - 1
    codes = [(name, first.schedule.torch_code(lr=path.optimizer.lr, steps=steps)) for name, path in rules]  # type: ignore[attr-defined]
    if not all(code for _, code in codes):
        raise ValueError(Text("torch.optim has no such schedule."))
    listens = first.schedule.listens
    return {
        "schedules": "schedules = {\n" + "".join(f"    {n!r}: lambda optimizer: {c},\n" for n, c in codes) + "}\n",
        "before": "    scheduler = schedules[name](optimizer)\n",
        "listen": "        scheduler.step(loss.detach())\n" if listens else "",
        "after": "" if listens else "        scheduler.step()\n",
    }
