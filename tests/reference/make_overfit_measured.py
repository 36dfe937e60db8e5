"""Writes optim_viz/overfit/measured.json, what the page *Overfitting* opens on.

    python -m tests.reference.make_overfit_measured

It takes about five minutes on one core.
"""

from dataclasses import replace

from optim_viz.experiments import run
from optim_viz.labs.overfit import book, kept, pictures, stopping, trial
from optim_viz.labs.overfit.cures import CURES
from tests.reference.make_norm_measured import last


def main() -> None:
    given = [{}, *({key: cure.usual} for key, cure in CURES.items())]
    cures, plain = {}, {}
    for wrong in kept.WRONG:
        setting = replace(kept.SETTING, wrong=wrong)
        found = last(trial.tried(setting, given))
        cures[f"{wrong:g}"] = dict(zip(("plain", *CURES), found, strict=True))
        plain[f"{wrong:g}"] = stopping.paths(setting, last(run(stopping.whole(setting))))
    text = kept.written(cures, plain, last(book.measured()), last(pictures.turning()))
    kept.FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
