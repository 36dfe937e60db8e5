"""Learning rate: the sweep, three paths, schedules, the phase map and the basin map; one of them at a time."""

from optim_viz.ui import ground, maps, rate, rate_code, scheduled
from optim_viz.ui.frame import split
from optim_viz.ui.state import steady

top, stage, panel, words = split()
with top:
    part = rate.view()
with panel:
    rules, focus, steps = rate.settings(part)
    plan = scheduled.settings() if part == "schedule" else None
    surface = ground.surface()
    with steady("setup"):
        start = ground.start(surface)
setup = rate.Setup(surface, start, steps, rules, focus)

if plan:
    both = scheduled.paths(setup, plan)
    with stage:
        scheduled.stage(setup, plan, both)
    with words:
        scheduled.words(setup, plan, both)
elif part == "three":
    with stage:
        rate.three(setup)
    with words:
        rate.reasons(setup)
elif part == "phases":
    with stage:
        phases = maps.phases(setup)
    with words:
        maps.factors(setup, phases)
elif part == "basins":
    with stage:
        basins = maps.basins(setup)
    with words:
        maps.census(setup, basins)
else:
    with stage:
        made = rate.sweep(setup)
    with words:
        rate.reading(setup, made)
with words:
    rate_code.notebook(part, setup, plan)
