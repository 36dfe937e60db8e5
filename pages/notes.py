"""Notes map: the claims of the course notes, each with the pages where it can be tried."""

from optim_viz.ui import notes
from optim_viz.ui.frame import whole

with whole():
    notes.lead()
    for chapter in notes.chapters():
        notes.chapter(chapter)
    notes.outside()
