"""Least squares with polynomials, for many samples and all degrees at once."""

import numpy as np

from optim_viz.labs.targets import DOMAIN

_HALF = (DOMAIN[1] - DOMAIN[0]) / 2


def polynomials(x: np.ndarray, y: np.ndarray, most: int, at: np.ndarray) -> np.ndarray:
    """Values at `at` (G,) or (R, G) of the polynomials of degree 0 to `most` fitted to R samples: (R, most + 1, G).

    x (R, n) or (n,), y (R, n), with n > most. One QR factorization of a Legendre basis serves every degree: the fit of
    degree d is the sum over the first d + 1 orthonormal columns.
    """
    x = np.broadcast_to(x, y.shape)
    q, r = np.linalg.qr(np.polynomial.legendre.legvander(x / _HALF, most))
    basis = np.polynomial.legendre.legvander(at / _HALF, most) @ np.linalg.inv(r)
    share = np.einsum("rnd,rn->rd", q, y)
    return np.cumsum(basis.swapaxes(1, 2) * share[:, :, None], axis=1)
