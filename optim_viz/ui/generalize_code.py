"""Python that measures the same in a notebook."""

from optim_viz.ui.generalize import Setup

_CODE = {
    "parts": (
        "from optim_viz.labs.generalize.degrees import three\n",
        "found = three(ground, seed={seed})\n"
        "validation, test = found.winners()\n"
        "print(np.median(validation), np.median(test), (test > validation).mean())\n",
    ),
    "folds": (
        "from optim_viz.labs.generalize.degrees import folds\n",
        "found = folds(ground, {folds}, seed={seed})\n"
        "print(np.quantile(found.estimates({degree}), [0.1, 0.5, 0.9], axis=1))\n",
    ),
    "time": (
        "from optim_viz.labs.generalize.series import forecast\n",
        "print(forecast({memory}, seed={seed}).means())\n",
    ),
    "bias": (
        "from dataclasses import replace\nfrom optim_viz.labs.generalize.degrees import tradeoff\n",
        "for noise in ({ground.noise}, 0):\n"
        "    found = tradeoff(replace(ground, noise=noise))\n"
        "    print(np.array([found.parts.bias, found.parts.variance, found.parts.sum, found.error, found.off]).T)\n",
    ),
    "team": (
        "from optim_viz.labs.generalize.trees import team\n",
        'found = team(ground, "{method}", depth={depth}, rounds={rounds}, rate={rate}, seed={seed})\n'
        "print(found.parts.bias, found.parts.variance, found.alone, found.error[-1])\n",
    ),
}


def code(setup: Setup, view: str) -> str:
    """Notebook code for what a view shows."""
    imported, body = _CODE[view]
    facts = {name: getattr(setup, name) for name in setup.__dataclass_fields__}
    if view == "time":
        return imported + "\n" + body.format(**facts)
    ground = f"ground = {setup.ground!r}\n"
    return ("import numpy as np\n" + imported + "from optim_viz.labs.generalize.samples import Ground\n\n" + ground
            + body.format(**facts))  # fmt: skip
