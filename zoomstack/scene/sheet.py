"""All levels on one sheet no larger than one of them: what a run shows of itself for little."""

from __future__ import annotations

import math

import torch
from einops import rearrange
from torch import Tensor
from torch.nn.functional import interpolate


def grid(count: int) -> tuple[int, int]:
    """Rows and columns of the sheet of ``count`` levels."""
    columns = math.ceil(count**0.5)
    return math.ceil(count / columns), columns


def sheet(views: Tensor, unit: int = 1) -> Tensor:
    """Levels (N, C, H, W) row by row on one sheet (C, h, w), with zeros where none is left.

    Each is shrunk by the number of columns, by the mean of what lies in a pixel, so h <= H and
    w <= W however many there are; at least to ``unit`` pixels a side, of which each side is a
    multiple, as H and W are.
    """
    count, (height, width) = len(views), views.shape[-2:]
    rows, columns = grid(count)
    size = tuple(max(side // columns // unit, 1) * unit for side in (height, width))
    small = views if size == (height, width) else interpolate(views, size=size, mode="area")
    spare = small.new_zeros((rows * columns - count, *small.shape[1:]))
    return rearrange(torch.cat([small, spare]), "(r c) ch h w -> ch (r h) (c w)", r=rows)
