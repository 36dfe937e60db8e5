"""The surfaces that come with the app, in the order they teach; every fact here is checked by a test."""

from optim_viz.surfaces.basins import BASINS
from optim_viz.surfaces.bowls import BOWLS
from optim_viz.surfaces.surface import Surface

SURFACES: dict[str, Surface] = {surface.name: surface for surface in (*BOWLS, *BASINS)}
