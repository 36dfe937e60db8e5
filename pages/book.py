"""Book mode: every experiment of the book with its settings, its picture with our numbers, and what it must show."""

from optim_viz.ui import book, bookshown
from optim_viz.ui.frame import split

top, stage, panel, words = split()
with top:
    key = book.choose()
with panel:
    setup = book.settings(key)
    book.start(setup)
    book.declared(setup)
result = book.latest(setup)
with stage:
    answered = bookshown.stage(setup, result)
with words:
    bookshown.words(setup, result, answered)
with top:
    book.DESK.go()
