"""The operators themselves: what is fitted, and kept, for one whole factor."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from ...linear.precision import moved

LARGEST_ZOOM = 8  # beyond it a block has more unknowns than a few dozen pictures can settle


class FittedOperators(NamedTuple):
    """Operators for one whole factor, of latents with C channels; see ``fit.fit_operators``.

    ``explained`` is the share of the variance that (shrinking, enlarging) explain on pictures that
    the fit has not seen: 1 is perfect.
    """

    zoom: int
    shrink: Tensor  # (C, C, zoom, zoom)
    shrink_offset: Tensor  # (C,)
    inverse: Tensor  # (C, C, zoom, zoom), the pseudo-inverse of shrink
    noise: Tensor  # (C, C, zoom, zoom), orthonormal rows
    enlarge: Tensor  # (C zoom^2, C, 3, 3)
    enlarge_offset: Tensor  # (C zoom^2,)
    explained: tuple[float, float]

    def to(self, like: Tensor) -> FittedOperators:
        return moved(self, like)
