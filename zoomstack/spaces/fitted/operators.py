"""The operators themselves: what is fitted, and kept, for one whole factor."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from ...linear.precision import moved

LARGEST_ZOOM = 8  # beyond it they have more unknowns than some dozen pictures can settle


class FittedOperators(NamedTuple):
    """Operators for one whole factor, of latents with C channels; see ``fit.fit_operators``.

    ``explained`` is the share of the variance that (shrinking, enlarging) explain on pictures that
    the fit has not seen: 1 is perfect.
    """

    zoom: int
    shrink: Tensor  # (C, C, zoom + 2 ring, zoom + 2 ring), of a block and what lies around it
    shrink_offset: Tensor  # (C,)
    whitening: Tensor  # (C, C), makes the channels of one shrunk latent of white noise white
    noise: Tensor  # (C, C, zoom, zoom), orthonormal rows
    enlarge: Tensor  # (C zoom^2, C, 3, 3)
    enlarge_offset: Tensor  # (C zoom^2,)
    explained: tuple[float, float]

    @property
    def ring(self) -> int:
        """Latents around a block that its shrunk latent looks at as well."""
        return (self.shrink.shape[-1] - self.zoom) // 2

    def to(self, like: Tensor) -> FittedOperators:
        return moved(self, like)
