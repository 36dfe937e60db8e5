"""Lessons: guided ways through the pages, and what a teacher wants to know of them."""

from optim_viz.ui import lessons
from optim_viz.ui.frame import whole

with whole():
    if lessons.answers():
        lessons.teacher(lessons.one())
    else:
        lessons.listed()
