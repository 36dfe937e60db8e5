"""The race: several optimizers on one surface, from one start, on one clock."""

from optim_viz.ui import cached, controls, explain, ground, race, runs, share
from optim_viz.ui.frame import split
from optim_viz.ui.state import steady

top, stage, panel, words = split()
with panel:
    surface = ground.surface()
    rules = controls.optimizers()
    with steady("setup"):
        start = ground.start(surface)
        run = race.settings()
        ground.suit(surface, start, run.steps)
    show = race.display()
with top:
    race.presets(surface, start, rules, run)
paths = cached.race(rules, surface, start, run.steps, run.noise, run.seed)
with stage:
    race.stage(paths, show)
    race.more(paths)
runs.tell(lambda: runs.of_paths(paths))
with words:
    explain.table(paths, noisy=run.noise > 0)
    share.downloads(paths, key="race", log=show.log, fill=show.fill, equal=show.equal, field=show.field)
