"""Loss surfaces: the record and the catalogue."""

from optim_viz.surfaces.catalogue import SURFACES
from optim_viz.surfaces.surface import Surface

__all__ = ["SURFACES", "Surface"]
