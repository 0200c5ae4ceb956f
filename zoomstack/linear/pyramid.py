"""A Laplacian pyramid that is exact at any size and aligned on pixel centres.

The usual [1 4 6 4 1] kernel at even samples slides the picture by half a pixel an octave; here an
octave is the triangle kernel around the coarse pixel's centre, [1 3 3 1] / 8 at even sizes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from .matrix import Matrix, interpolation, separable


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
        coarse = separable(halve_h, halve_w, picture)
        bands.append(picture - separable(double_h, double_w, coarse))
        picture = coarse
    return [*bands, picture]


def merge(bands: list[Tensor]) -> Tensor:
    """The picture whose bands these are."""
    picture = bands[-1]
    for band in reversed(bands[:-1]):
        (_, double_h), (_, double_w) = map(_octave, band.shape[-2:])
        picture = band + separable(double_h, double_w, picture)
    return picture


def octaves(picture: Tensor) -> int:
    """How often a picture (..., H, W) can be halved."""
    return (max(picture.shape[-2:]) - 1).bit_length()


def weighted(picture: Tensor, weights: Sequence[float]) -> Tensor:
    """``merge`` of the bands of ``picture``, finest first, each times its weight.

    ``weights`` are ``octaves(picture) + 1``. A band is what an octave loses, so the sum telescopes:
    no band is made, and the octaves at the end that have one weight cost nothing.
    """
    parts = []
    for weight, before in _steps(weights):
        if parts:
            (halve_h, _), (halve_w, _) = map(_octave, picture.shape[-2:])
            picture = separable(halve_h, halve_w, picture)
        parts.append(picture * (weight - before))
    total = parts.pop()
    for part in reversed(parts):
        (_, double_h), (_, double_w) = map(_octave, part.shape[-2:])
        total = part + separable(double_h, double_w, total)
    return total


def _steps(weights: Sequence[float]) -> list[tuple[float, float]]:
    """Each weight with the one before it, up to where they no longer change."""
    end = len(weights)
    while end > 1 and weights[end - 1] == weights[end - 2]:
        end -= 1
    return list(zip(weights[:end], (0.0, *weights), strict=False))
