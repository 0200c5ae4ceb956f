"""Any part of a picture at any size: separable, anti-aliased, at floating-point positions.

Lanczos' kernel of three lobes, widened where the picture shrinks so that nothing aliases. A row of
an axis matrix has a handful of entries in a narrow band, so the matrix is applied in blocks of
rows, each a small dense product: on a CPU as fast as a hand-written resampler, in any dtype and on
any device.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

LOBES = 3
BLOCK = 16


class Band(NamedTuple):
    """A block of an axis matrix: ``weights`` (out, in) from pixels ``source`` to ``target``."""

    target: slice
    source: slice
    weights: np.ndarray


def axis(count: int, size: int, start: float, step: float) -> list[Band]:
    """``count`` pixels, ``step`` source pixels each, from ``start`` on, of an axis of ``size``.

    Pixel k of the source covers [k, k + 1), and ``count >= 1``. The weights of a pixel sum to 1;
    source pixels beyond the picture do not count.
    """
    scale = max(step, 1.0)
    centre = start + (np.arange(count) + 0.5) * step
    first = np.ceil(centre - LOBES * scale - 0.5).astype(np.int64)
    source = first[:, None] + np.arange(int(2 * LOBES * scale) + 1)
    weights = _lanczos((source + 0.5 - centre[:, None]) / scale)
    inside = (source >= 0) & (source < size)
    weights *= inside
    weights /= weights.sum(1, keepdims=True)
    bands = []
    for low in range(0, count, BLOCK):
        rows = slice(low, min(count, low + BLOCK))
        begin = min(max(0, int(source[low, 0])), size - 1)
        end = max(min(size, int(source[rows.stop - 1, -1]) + 1), begin + 1)
        block = np.zeros((rows.stop - low, end - begin))
        row, tap = np.nonzero(inside[rows])
        block[row, source[rows][row, tap] - begin] = weights[rows][row, tap]
        bands.append(Band(rows, slice(begin, end), block))
    return bands


def _lanczos(t: np.ndarray) -> np.ndarray:
    return np.where(np.abs(t) < LOBES, np.sinc(t) * np.sinc(t / LOBES), 0.0)


def look(picture: Tensor, rows: list[Band], columns: list[Band]) -> Tensor:
    """The part of ``picture`` (C, H, W) that the axes see: (C, rows, columns)."""
    left = columns[0].source.start
    part = picture[..., left : columns[-1].source.stop]
    channels, height, width = len(picture), rows[-1].target.stop, columns[-1].target.stop
    tall = part.new_empty(channels, height, part.shape[-1])
    for band in rows:
        tall[:, band.target] = _like(band, part) @ part[:, band.source]
    seen = part.new_empty(channels, height, width)
    for band in columns:
        source = slice(band.source.start - left, band.source.stop - left)
        seen[..., band.target] = tall[..., source] @ _like(band, part).T
    return seen


def _like(band: Band, picture: Tensor) -> Tensor:
    return torch.from_numpy(band.weights).to(picture)
