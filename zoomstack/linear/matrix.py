"""Matrices along the axes of pictures, kept for each device and dtype, without their zeros.

An operator between levels mixes a few neighbouring pixels: a row of its matrix has two to four
entries, or some dozen that count. On a CPU a large one is therefore applied in blocks of rows, each
a small dense product; a GPU takes the whole one in its stride.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

BLOCK = 64  # rows, and fewer where the matrix is wide: so many columns, then, and some
FEWEST = 16
# Of fewer entries a matrix is as fast whole. Measured, blend and render of 16 levels of three
# colours: 1.0 s in blocks and 2.5 s whole at 1024 x 1024, 48 ms and 53 ms at 256 x 256.
LEAST = 2**15
# An entry of less than this share of the largest one, times the dtype's rounding, does not count.
NOTHING = 1 / 64


class Block(NamedTuple):
    """Some rows of a matrix: their ``weights`` for the columns ``source``."""

    source: slice
    weights: Tensor


class Matrix:
    """A float64 matrix that keeps a copy for each device and dtype it has met."""

    def __init__(self, values: Tensor) -> None:
        self.values = values
        self._copies: dict[tuple[torch.device, torch.dtype], Tensor] = {}
        self._blocks: dict[torch.dtype, list[Block]] = {}

    def like(self, picture: Tensor) -> Tensor:
        key = (picture.device, picture.dtype)
        if key not in self._copies:
            # An inference tensor in this cache would break autograd (the Adam anchor) later.
            with torch.inference_mode(False):
                self._copies[key] = self.values.clone().to(*key)
        return self._copies[key]

    def down(self, picture: Tensor) -> Tensor:
        """The product with every column of ``picture`` (..., H, W)."""
        blocks = self._parts(picture)
        if not blocks:
            return self.like(picture) @ picture
        return torch.cat([weights @ picture[..., source, :] for source, weights in blocks], -2)

    def across(self, picture: Tensor) -> Tensor:
        """The product with every row of ``picture`` (..., H, W)."""
        blocks = self._parts(picture)
        if not blocks:
            return picture @ self.like(picture).T
        return torch.cat([picture[..., source] @ weights.T for source, weights in blocks], -1)

    def _parts(self, picture: Tensor) -> list[Block]:
        """The blocks of rows; none where the whole matrix is as good."""
        # The gradient of a slice is a whole picture of zeros, one for every block.
        if picture.device.type != "cpu" or self.values.numel() < LEAST or picture.requires_grad:
            return []
        if picture.dtype not in self._blocks:
            with torch.inference_mode(False):
                self._blocks[picture.dtype] = _blocks(self.like(picture))
        return self._blocks[picture.dtype]


def _blocks(values: Tensor) -> list[Block]:
    size = values.abs()
    counts = size > size.max() * torch.finfo(values.dtype).eps * NOTHING
    height, width = values.shape
    high = max(FEWEST, BLOCK * height // max(height, width))
    found = []
    for rows, used in zip(values.split(high), counts.split(high), strict=True):
        columns = used.any(0).nonzero().flatten().tolist() or [0]
        source = slice(columns[0], columns[-1] + 1)
        found.append(Block(source, rows[:, source].contiguous()))
    spared = sum(block.weights.numel() for block in found) <= values.numel() / 2
    return found if spared else []


def separable(rows: Matrix, columns: Matrix, picture: Tensor) -> Tensor:
    """``rows`` @ picture @ ``columns``.T, for pictures (..., H, W)."""
    return columns.across(rows.down(picture))


def interpolation(at: Tensor, size: int) -> Tensor:
    """(len(at), size): linear between the pixels of a grid, whose ends go on outside of it.

    ``at`` counts pixel centres: 0 is the first pixel's.
    """
    at = at.clamp(0, size - 1)[:, None]
    return (1 - (at - torch.arange(size, dtype=torch.float64)[None]).abs()).clamp_min(0)
