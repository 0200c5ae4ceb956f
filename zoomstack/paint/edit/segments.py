"""A picture in overlapping segments, and the segments composited into one picture again.

Ackermann and Li (2022), appendix A.2; compositing by Porter and Duff (1984), "over".
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ...spaces.space import Window


class Segment(NamedTuple):
    """A part of a picture, and how many of its first rows and columns were laid before it."""

    rows: slice
    columns: slice
    above: int = 0
    left: int = 0

    @property
    def window(self) -> Window:
        return self.rows, self.columns

    def alpha(self) -> Tensor:
        """(rows, columns): 1, rising from 0 over what overlaps the segments before."""
        down = _ramp(self.rows.stop - self.rows.start, self.above)
        across = _ramp(self.columns.stop - self.columns.start, self.left)
        return down[:, None] * across[None]


def segments(height: int, width: int, size: int, overlap: int) -> list[Segment]:
    """Segments of ``size`` x ``size`` at most, which overlap by at least ``overlap`` pixels.

    Row by row; they cover the picture and are spread evenly over it. Raises ``ValueError`` where
    the overlap leaves a segment nothing of its own.
    """
    if not 0 <= overlap < size:
        raise ValueError(
            f"Segments of {size} pixels overlap by {overlap}; the overlap must be from 0 to "
            f"{size - 1}. Lower it, or take larger segments."
        )
    rows, columns = _spans(height, size, overlap), _spans(width, size, overlap)
    return [
        Segment(down, across, _shared(rows, i), _shared(columns, j))
        for i, down in enumerate(rows)
        for j, across in enumerate(columns)
    ]


def lay(canvas: Tensor, piece: Tensor, segment: Segment) -> None:
    """Lay a segment's picture (C, rows, columns) over ``canvas`` (C, H, W), in place."""
    at = (..., *segment.window)
    alpha = segment.alpha().to(canvas)
    canvas[at] = torch.lerp(canvas[at], piece.to(canvas), alpha.expand_as(piece))


def _spans(length: int, size: int, overlap: int) -> list[slice]:
    if length <= size:
        return [slice(0, length)]
    more = -(-(length - size) // (size - overlap))
    starts = [round(k * (length - size) / more) for k in range(more + 1)]
    return [slice(start, start + size) for start in starts]


def _shared(spans: list[slice], index: int) -> int:
    return spans[index - 1].stop - spans[index].start if index else 0


def _ramp(length: int, overlap: int) -> Tensor:
    if not overlap:
        return torch.ones(length)
    return ((torch.arange(length, dtype=torch.float32) + 0.5) / overlap).clamp_max(1)
