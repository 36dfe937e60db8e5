"""Notebook code for each view of the initialization lab: it makes the same numbers."""

from optim_viz.ui.init import SEEDS, SHOWN, SPREAD, Setup
from optim_viz.ui.initrun import Setup as Training

_HEAD = (
    "import numpy as np\n\nfrom optim_viz import nn\n"
    "from optim_viz.figures import init as charts\nfrom optim_viz.labs import deep\n\n"
)


def snippet(part: str, setup: Setup) -> str:
    """Python for "hist" or "layers"."""
    start = _HEAD + (
        f'inits = {{**deep.INITS, "own": nn.Normal({setup.own})}}\n'
        f'names = {{**deep.INIT_NAMES, "own": "σ = {setup.own:g}"}}\n'
    )
    if part == "hist":
        return start + (
            f"rows = {{name: deep.passage({setup.kind!r}, init, {setup.depth}, samples={setup.samples}, "
            f"seed={setup.seed}) for name, init in inits.items()}}\n"
            "for name, row in rows.items():\n"
            "    print(name, row.std[-1], row.apart[-1], row.flat[-1])\n"
            f"shown = np.linspace(0, {setup.depth - 1}, {SHOWN}).round().astype(int)\n"
            "shares = {name: row.shares for name, row in rows.items()}\n"
            f"charts.histograms(shares, names, shown, deep.RANGES[{setup.kind!r}])\n"
        )
    return start + (
        "stds = {\n"
        f"    name: np.stack([run.std for run in deep.passages({setup.kind!r}, init, {setup.depth}, {SEEDS}, "
        f"samples={SPREAD})])\n"
        "    for name, init in inits.items()\n"
        "}\n"
        "for name, y in stds.items():\n"
        "    print(name, np.median(y[:, -1]))\n"
        'charts.spreads(stds, names, "std")\n'
    )


def trained(setup: Training) -> str:
    """Python that trains the same networks."""
    return _HEAD.replace("deep, nn", "deep") + (
        "from optim_viz.data import DataSpec\n"
        "from optim_viz.labs.deep import starts\n"
        "from optim_viz.experiments import arms\n\n"
        'split = DataSpec("digits").load().flat().split()\n'
        f"made = starts.arms(split, {setup.kind!r}, {setup.layers}, {setup.units}, {setup.lr}, {setup.epochs}, "
        f"tuple(range({setup.seeds})))\n"
        "*_, histories = arms.run(made)\n"
        "found = {arm.name: history for arm, history in zip(made, histories, strict=True)}\n"
        "for name, history in found.items():\n"
        "    print(name, np.median(history.train_loss[:, -1]), history.test.score)\n"
        "charts.learning(found, deep.INIT_NAMES)\n"
    )
