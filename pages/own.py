"""Write your own optimizer: a few lines become a rule that races against the listed ones."""

from optim_viz.ui import explain, own, runs, share
from optim_viz.ui.frame import split
from optim_viz.ui.state import steady

top, stage, panel, words = split()
with panel:
    box = steady()
    where = own.ground()
    rivals = own.rivals()
    own.suit()
with box:
    mine = own.rule()
with top:
    own.starters()
paths = own.race(mine, rivals, where)
with stage:
    own.stage(paths)
runs.tell(lambda: runs.of_paths(paths))
with words:
    explain.table(paths, noisy=False)
    own.more(paths, where)
    share.downloads(paths, key="my")
