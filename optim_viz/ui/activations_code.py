"""Notebook code for each view of the activations lab: it makes the same numbers."""

from optim_viz.ui.activations import HOT, ROW, Setup

_HEAD = "import numpy as np\n\nfrom optim_viz.labs import deep\nfrom optim_viz.figures import activations as charts\n\n"


def snippet(part: str, setup: Setup) -> str:
    """Python for `part` ("curve", "depth", "dead", "mean" or "softmax")."""
    return _HEAD + {"curve": _curve, "depth": _depth, "dead": _dead, "mean": _mean, "softmax": _softmax}[part](setup)


def _curve(setup: Setup) -> str:
    return (
        f'print("value, slope:", deep.at({setup.kind!r}, {setup.z}))\n'
        f"curve = deep.curve({setup.kind!r})\n"
        f'print("largest slope, and ten of them in a row:", curve.steepest, curve.steepest**{ROW})\n'
        f"charts.curve(curve, {setup.z})\n"
    )


def _depth(setup: Setup) -> str:
    return (
        f"found = deep.gradients(deep.INITS[{setup.init!r}], {setup.depth})\n"
        "for kind, g in found.items():\n"
        f"    print(kind, np.median(g.left({setup.size!r})), np.median(g.factor({setup.size!r})))\n"
        f'charts.layers({{kind: g.{setup.size} for kind, g in found.items()}}, "gradient {setup.size}")\n'
    )


def _dead(setup: Setup) -> str:
    return (
        f'runs = deep.passages("relu", deep.INITS["he"], {setup.depth}, range(5), samples=100, units=50, '
        f"bias={setup.bias})\n"
        "dead = np.stack([run.dead for run in runs])\n"
        'print("dead units of 50, by layer:", np.median(50 * dead, axis=0))\n'
        'charts.layers({"relu": dead}, "dead units", log=False, share=True)\n'
    )


def _mean(setup: Setup) -> str:
    return (
        "means = {\n"
        f"    kind: np.stack([run.mean for run in deep.passages(kind, deep.INITS[{setup.init!r}], {setup.depth}, "
        "range(5), samples=100, units=50)])\n"
        '    for kind in ("sigmoid", "tanh", "relu", "leaky_relu")\n'
        "}\n"
        "for kind, y in means.items():\n"
        "    print(kind, np.median(y, axis=0))\n"
        f"print(deep.one_sided(deep.INITS[{setup.init!r}]))\n"
        'charts.layers(means, "mean output", log=False)\n'
    )


def _softmax(setup: Setup) -> str:
    return (
        f"scores = np.array({list(setup.scores)})\n"
        f"shares = deep.shares(scores, {setup.temperature})\n"
        "print(shares, shares.sum())\n"
        f"print(deep.shares(scores, {HOT}))\n"
        f"print(deep.jacobian(scores, {setup.temperature}))\n"
        "charts.bars(shares)\n"
    )
