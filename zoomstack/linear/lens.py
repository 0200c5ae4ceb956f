"""Any part of a picture at any size: separable, anti-aliased, at floating-point positions.

Lanczos' kernel of three lobes, widened where the picture shrinks so that nothing aliases. A row of
an axis matrix has a handful of entries in a narrow band, so the matrix is applied in blocks of
rows, each a small dense product: on a CPU as fast as a hand-written resampler, in any dtype and on
any device.

Every product is written straight into its block. Columns are seen first, of the rows that are
needed; the larger product, of the rows, then reads and writes whole rows.

A GPU would rather have one large product than many small ones, and its own matrices than copies:
there ``look_along`` makes an axis' whole matrix where the picture lies.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

LOBES = 3
BLOCK = 32  # pixels: of more the band is wide and most of it 0, of fewer there are many products
SAME = 1e-6  # pixels: as near to a pixel of the picture's own is on it


class Band(NamedTuple):
    """A block of an axis matrix: ``weights`` (out, in) from pixels ``source`` to ``target``."""

    target: slice
    source: slice
    weights: np.ndarray


class Along(NamedTuple):
    """An axis as ``axis`` is told of it: ``pixels`` of ``step`` source pixels, from ``start``."""

    pixels: int
    start: float
    step: float


def axis(
    count: int, size: int, start: float, step: float, dtype: type[np.floating[Any]] = np.float64
) -> list[Band]:
    """``count`` pixels, ``step`` source pixels each, from ``start`` on, of an axis of ``size``.

    Pixel k of the source covers [k, k + 1), and ``count >= 1``. The weights of a pixel sum to 1;
    source pixels beyond the picture do not count. ``dtype`` is that of the bands' weights.
    """
    scale = max(step, 1.0)
    centre = start + (np.arange(count) + 0.5) * step
    first = np.ceil(centre - LOBES * scale - 0.5).astype(np.int64)
    source = first[:, None] + np.arange(int(2 * LOBES * scale) + 1)
    weights = _lanczos((source + 0.5 - centre[:, None]) / scale)
    weights *= (source >= 0) & (source < size)
    weights /= weights.sum(1, keepdims=True)
    lows = np.arange(0, count, BLOCK)
    stops = np.minimum(lows + BLOCK, count)
    starts, ends = first[lows], source[stops - 1, -1] + 1
    # All blocks below each other, each from its own first source pixel on.
    rows = np.zeros((count, int((ends - starts).max())), dtype)
    columns = source - np.repeat(starts, stops - lows)[:, None]
    rows[np.arange(count)[:, None], columns] = weights
    bands = []
    for low, stop, seen, past in zip(
        lows.tolist(), stops.tolist(), starts.tolist(), ends.tolist(), strict=True
    ):
        begin = min(max(0, seen), size - 1)
        end = max(min(size, past), begin + 1)
        part = rows[low:stop, begin - seen : end - seen]
        bands.append(Band(slice(low, stop), slice(begin, end), part))
    return bands


def _lanczos(t: np.ndarray) -> np.ndarray:
    x = np.pi * np.where(t == 0, 1e-20, t)  # where the sines cancel to 1
    return np.where(np.abs(t) < LOBES, LOBES * np.sin(x) * np.sin(x / LOBES) / (x * x), 0.0)


def look(picture: Tensor, rows: list[Band], columns: list[Band]) -> Tensor:
    """The part of ``picture`` (C, H, W) that the axes see: (C, rows, columns)."""
    top, bottom = rows[0].source.start, rows[-1].source.stop
    part = picture[:, top:bottom]
    height, width = rows[-1].target.stop, columns[-1].target.stop
    across = [(band, _like(band, part).T) for band in columns]
    down = [(band, _like(band, part)) for band in rows]
    middle = part.new_empty(bottom - top, width)  # the columns that are seen, of every row
    seen = part.new_empty(len(part), height, width)
    for plane, target in zip(part, seen, strict=True):
        for band, weights in across:
            torch.mm(plane[:, band.source], weights, out=middle[:, band.target])
        for band, weights in down:
            source = slice(band.source.start - top, band.source.stop - top)
            torch.mm(weights, middle[source], out=target[band.target])
    return seen


def look_along(picture: Tensor, rows: Along, columns: Along) -> Tensor:
    """The part of ``picture`` (C, H, W) that the axes see: (C, rows, columns).

    Pixels of the picture's own are copied; what is between is seen, on a CPU by ``look``, on a GPU
    by a matrix an axis, without a copy from anywhere.
    """
    if all(_own(*axis) for axis in zip((rows, columns), picture.shape[-2:], strict=True)):
        (down, top, _), (across, left, _) = rows, columns
        return picture.narrow(1, round(top), down).narrow(2, round(left), across).clone()
    if picture.is_cuda:
        return by_matrices(picture, rows, columns)
    dtype = np.float64 if picture.dtype == torch.float64 else np.float32
    bands = [
        axis(count, size, start, step, dtype)
        for size, (count, start, step) in zip(picture.shape[-2:], (rows, columns), strict=True)
    ]
    return look(picture, *bands)


def _own(along: Along, size: int) -> bool:
    """Whether all pixels are the picture's own, of ``size`` along the axis."""
    count, start, step = along
    first = round(start)
    near = abs(start - first) < SAME and abs(step - 1) * count < SAME
    return near and 0 <= first <= size - count


def by_matrices(picture: Tensor, rows: Along, columns: Along) -> Tensor:
    """As ``look``, within rounding: a product an axis, of matrices made on the picture's device."""
    (top, down), (left, across) = (
        _matrix(along, size, picture)
        for along, size in zip((rows, columns), picture.shape[-2:], strict=True)
    )
    part = picture[:, top : top + down.shape[1], left : left + across.shape[1]]
    return down @ part @ across.T


def _matrix(along: Along, size: int, like: Tensor) -> tuple[int, Tensor]:
    """The first source pixel that an axis of ``size`` needs, and its weights (count, sources)."""
    count, start, step = along
    scale = max(step, 1.0)
    reach = LOBES * scale + 0.5
    first = math.floor(start + step / 2 - reach)
    stop = math.ceil(start + (count - 0.5) * step + reach)
    begin = min(max(0, first), size - 1)
    end = max(min(size, stop), begin + 1)
    # Places in double precision, of which what lies between two pixels must be left.
    where = {"dtype": torch.float64, "device": like.device}
    centre = start + (torch.arange(count, **where) + 0.5) * step
    t = (torch.arange(begin, end, **where) + 0.5 - centre[:, None]).div_(scale).to(like.dtype)
    weights = torch.where(t.abs() < LOBES, torch.sinc(t) * torch.sinc(t / LOBES), 0)
    return begin, weights / weights.sum(1, keepdim=True)


def _like(band: Band, picture: Tensor) -> Tensor:
    return torch.from_numpy(band.weights).to(picture)
