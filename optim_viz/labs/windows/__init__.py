"""Windows that slide: convolution with its numbers, its way back, kernels with names, and what a trained one sees."""

from optim_viz.labs.windows.kernels import KERNELS, Count, Kernel, Moved, answer, count, moved, read_kernel, shifted
from optim_viz.labs.windows.sliding import (
    Look,
    backward,
    looks,
    meetings,
    numerical,
    padded,
    size,
    slide,
    spread,
    turned,
)

__all__ = ["KERNELS", "Count", "Kernel", "Look", "Moved", "answer", "backward", "count", "looks", "meetings", "moved",
           "numerical", "padded", "read_kernel", "shifted", "size", "slide", "spread", "turned"]  # fmt: skip
