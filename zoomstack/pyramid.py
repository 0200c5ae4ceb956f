"""A Laplacian pyramid that is exact at any size and aligned on pixel centres.

The usual [1 4 6 4 1] kernel at even samples slides the picture by half a pixel an octave; here an
octave is the triangle kernel around the coarse pixel's centre, [1 3 3 1] / 8 at even sizes.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from .resample import Matrix, interpolation


@lru_cache(maxsize=256)
def _octave(size: int) -> tuple[Matrix, Matrix]:
    """Halving and doubling along an axis of ``size`` pixels: (m, n) and (n, m), m = ceil(n / 2)."""
    coarse = (size + 1) // 2
    scale = size / coarse
    fine_at = torch.arange(size, dtype=torch.float64) + 0.5
    coarse_at = (torch.arange(coarse, dtype=torch.float64) + 0.5) * scale
    distance = (coarse_at[:, None] - fine_at[None]).abs() / scale
    halve = (1 - distance).clamp_min(0)
    double = interpolation(fine_at / scale - 0.5, coarse)
    return Matrix(halve / halve.sum(1, keepdim=True)), Matrix(double)


def split(picture: Tensor) -> list[Tensor]:
    """Octave bands, finest first, down to one pixel: band k is (..., H / 2^k, W / 2^k).

    ``merge(split(x))`` is x (up to rounding), at any size; Burt and Adelson (1983).
    """
    bands = []
    while max(picture.shape[-2:]) > 1:
        (halve_h, double_h), (halve_w, double_w) = map(_octave, picture.shape[-2:])
        coarse = halve_h.like(picture) @ picture @ halve_w.like(picture).T
        bands.append(picture - double_h.like(picture) @ coarse @ double_w.like(picture).T)
        picture = coarse
    return [*bands, picture]


def merge(bands: list[Tensor]) -> Tensor:
    """The picture whose bands these are."""
    picture = bands[-1]
    for band in reversed(bands[:-1]):
        (_, double_h), (_, double_w) = map(_octave, band.shape[-2:])
        picture = band + double_h.like(band) @ picture @ double_w.like(band).T
    return picture
