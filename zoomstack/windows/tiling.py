"""Overlapping windows of a picture, and denoising in them: MultiDiffusion.

Bar-Tal et al., "MultiDiffusion" (2023, arXiv 2302.08113): a picture larger than a model was trained
for is denoised in overlapping windows of its own size, whose answers are averaged at every step.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Literal, get_args

import torch
from torch import Tensor

from ..linear.matrix import Matrix
from ..linear.precision import working
from ..scene.checks import check_choice

Weights = Literal["smooth", "average"]
At = tuple[int, int]  # its top row and its left column


@dataclass(frozen=True)
class Tiling:
    """How pictures of any size are cut into windows; lengths in the pictures' own pixels.

    ``tile`` is a window's side, 0 for one window as large as the picture; along an axis that is
    shorter, windows are as long as the axis. ``stride`` is the way from a window to the next, 0 for
    half a tile; the last window is moved back to end at the border. ``weights``: ``smooth`` lets a
    window count less towards its edges (a raised cosine), ``average`` counts all alike (the paper).
    With ``wrap`` the right edge goes on at the left one, as in a panorama all around.

    Raises ``ValueError`` for a stride that would leave gaps.
    """

    tile: int = 0
    stride: int = 0
    weights: Weights = "smooth"
    wrap: bool = False

    def __post_init__(self) -> None:
        check_choice("weights", self.weights, get_args(Weights))
        if self.tile < 0 or self.stride < 0:
            raise ValueError(
                f"A tile of {self.tile} with a stride of {self.stride} covers nothing; both must "
                "be 0 or more."
            )
        if self.tile and self.stride > self.tile:
            raise ValueError(
                f"A stride of {self.stride} leaves gaps between windows of {self.tile}; give a "
                f"stride from 1 to {self.tile}, or 0 for half a window."
            )

    def over(self, height: int, width: int) -> Windows:
        """The windows of a picture of ``height`` x ``width``."""
        return _windows(self, height, width)

    def scaled(self, factor: int) -> Tiling:
        """The same windows on pictures ``factor`` times as large."""
        stride = self.stride or max(self.tile // 2, 1)
        return replace(self, tile=self.tile * factor, stride=stride * factor)


class Windows:
    """The windows over one size of picture; ``all`` lists them, row by row.

    A batch of windows travels as one tensor, window after window: of a picture (N, ..., H, W), k
    windows are (k * N, ..., tile rows, tile columns), the N pictures of the first window first.
    """

    def __init__(self, tiling: Tiling, height: int, width: int) -> None:
        self.height, self.width = height, width
        self._rows = _Axis(height, tiling, ring=False)
        self._columns = _Axis(width, tiling, ring=tiling.wrap)
        self.tile = (self._rows.tile, self._columns.tile)
        self.all: tuple[At, ...] = tuple(product(self._rows.starts, self._columns.starts))

    @property
    def grid(self) -> int:
        """The side of the largest squares that the picture and all its windows are made of."""
        return math.gcd(self.height, self.width, *self.tile, *(n for at in self.all for n in at))

    def batches(self, most: int = 0) -> Iterator[tuple[At, ...]]:
        """All windows, ``most`` at a time; 0 for all at once."""
        step = most or len(self.all)
        for first in range(0, len(self.all), step):
            yield self.all[first : first + step]

    def cut(self, picture: Tensor, batch: Sequence[At]) -> Tensor:
        """A batch of windows of a picture (N, ..., H, W).

        Or of one a whole multiple as large, or smaller by a divisor of ``grid``.
        """
        return torch.cat([torch.cat(self._pieces(picture, at), -1) for at in batch])

    def add(self, whole: Tensor, batch: Sequence[At], parts: Tensor) -> None:
        """Add a batch of windows, times their weights, to ``whole`` (N, ..., H, W), in place.

        The weights of all windows at a pixel sum to 1: adding every window merges them.
        """
        for at, part in zip(batch, parts.chunk(len(batch)), strict=True):
            rows = self._rows.weights[at[0]].like(part)
            weighted = part * rows[:, None] * self._columns.weights[at[1]].like(part)
            pieces = self._pieces(whole, at)
            shares = weighted.split([piece.shape[-1] for piece in pieces], -1)
            for piece, share in zip(pieces, shares, strict=True):
                piece += share

    def blank(self, parts: Tensor, windows: int) -> Tensor:
        """Zeros to ``add`` to: the picture that ``parts``, a batch of ``windows``, are cut from."""
        shape = (len(parts) // windows, *parts.shape[1:-2], self.height, self.width)
        return working(parts).new_zeros(shape)

    def _pieces(self, picture: Tensor, at: At) -> list[Tensor]:
        """The window as views of the picture; two where it goes over the right edge."""
        size = picture.shape[-1]
        top, left, height, width = (n * size // self.width for n in (*at, *self.tile))
        band = picture.narrow(-2, top, height)
        inside = min(width, size - left)
        pieces = [band.narrow(-1, left, inside)]
        if inside < width:
            pieces.append(band.narrow(-1, 0, width - inside))
        return pieces


class _Axis:
    """One axis of the windows: where they start, and how much each counts at its pixels."""

    def __init__(self, size: int, tiling: Tiling, ring: bool) -> None:
        self.tile = min(tiling.tile or size, size)
        stride = min(tiling.stride or max(self.tile // 2, 1), self.tile)
        self.starts = _starts(size, self.tile, stride, ring)
        pixel = torch.arange(self.tile, dtype=torch.float64)
        bump = torch.ones_like(pixel)
        if tiling.weights == "smooth":
            bump = torch.sin(math.pi * (pixel + 0.5) / self.tile) ** 2
        at = {start: (start + torch.arange(self.tile)) % size for start in self.starts}
        total = torch.zeros(size, dtype=torch.float64)
        for places in at.values():
            total[places] += bump
        self.weights = {start: Matrix(bump / total[places]) for start, places in at.items()}


def _starts(size: int, tile: int, stride: int, ring: bool) -> tuple[int, ...]:
    if tile == size:
        return (0,)
    if ring:
        return tuple(range(0, size, stride))
    return (*range(0, size - tile, stride), size - tile)


@lru_cache(maxsize=256)
def _windows(tiling: Tiling, height: int, width: int) -> Windows:
    # Their weights are kept between runs: an inference tensor among them would break autograd.
    with torch.inference_mode(False):
        return Windows(tiling, height, width)
