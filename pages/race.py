"""The race: several optimizers on one surface, from one start, on one clock."""

import streamlit as st

from optim_viz.ui import cached, controls, explain, ground, race
from optim_viz.ui.i18n import t

st.markdown(t("Several optimizers leave the same start and walk down the same surface. Press play, then move a slider."))
pills = st.container()
left, right = st.columns([7, 3], gap="medium")
with right:
    surface = ground.surface()
    start = ground.start(surface)
    rules = controls.optimizers()
    run = race.settings()
    show = race.display()
with pills:
    race.presets(surface, start, rules, run)
paths = cached.race(rules, surface, start, run.steps, run.noise, run.seed)
with left:
    race.stage(paths, show)
    explain.table(paths, noisy=run.noise > 0)
    race.more(paths, start, run)
