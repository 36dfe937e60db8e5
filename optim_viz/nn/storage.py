"""A network in one .npz file: its spec as text, its numbers as arrays, nothing that runs code."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from optim_viz.words import Text

if TYPE_CHECKING:
    from optim_viz.nn.network import Network

MAX_BYTES = 200_000_000  # unpacked; a small file can hold a very large array

_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, EOFError, RuntimeError, MemoryError,
               zipfile.BadZipFile, zlib.error)  # fmt: skip
"""What damaged archives and arrays raise."""


def save(file: Any, net: Network, theta: np.ndarray, state: dict[str, np.ndarray]) -> None:
    """Writes to a path or an open binary file."""
    from optim_viz.spec import spec

    arrays = {"theta": np.asarray(theta, float), **{f"state.{key}": value for key, value in state.items()}}
    np.savez(file, spec=np.array(spec(net)), **arrays)  # pyright: ignore[reportArgumentType]


def load(file: Any) -> tuple[Network, np.ndarray, dict[str, np.ndarray]]:
    """Reads what `save` wrote; ValueError for any other file."""
    try:
        with np.load(file, allow_pickle=False) as data:
            if sum(info.file_size for info in data.zip.infolist()) > MAX_BYTES:
                raise ValueError
            arrays = {key: data[key] for key in data.files}
        return _read(arrays)
    except _UNREADABLE:
        raise ValueError(Text("This file is not a saved network.")) from None


def _read(arrays: dict[str, np.ndarray]) -> tuple[Network, np.ndarray, dict[str, np.ndarray]]:
    from optim_viz.nn.network import Network
    from optim_viz.spec import from_spec

    net, theta = from_spec(str(arrays.pop("spec"))), arrays.pop("theta")
    state = {key.removeprefix("state."): value for key, value in arrays.items()}
    if not isinstance(net, Network) or any(a.dtype != float for a in (theta, *state.values())):
        raise ValueError
    net.views(theta)
    if {k: v.shape for k, v in state.items()} not in ({}, _shapes(net, theta)):
        raise ValueError
    return net, theta, state


def _shapes(net: Network, theta: np.ndarray) -> dict[str, tuple[int, ...]]:
    return {k: v.shape for k, v in net.init_state(None if theta.ndim == 1 else len(theta)).items()}
