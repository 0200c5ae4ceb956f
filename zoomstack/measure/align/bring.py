"""Pictures of any size and aspect, brought to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ...linear.lens import axis, look
from ...linear.precision import working
from ...linear.sizes import Size

SMALLEST = 16  # pixels a side: below, there is nothing to zoom into
ALIKE = 0.01  # aspects that differ by less are one: a tool has rounded


class Stance(NamedTuple):
    """How a picture was laid before it was brought along: what puts it upright."""

    turns: int = 0  # quarters, against the clock
    mirrored: bool = False  # left to right, after it was turned
    squeezed: bool = False  # the whole of it brought to the aspect, instead of its middle


UPRIGHT = Stance()


def plain_picture(picture: Tensor, name: str) -> Tensor:
    """(3, H, W) in a dtype to compute with; an alpha channel is left out, grey becomes colour.

    Raises ``ValueError`` for what is no picture.
    """
    if picture.ndim != 3 or not 1 <= picture.shape[0] <= 4:
        raise ValueError(
            f"{name} has the shape {tuple(picture.shape)}; a picture is (colours, rows, columns), "
            "with 1 to 4 colours."
        )
    height, width = picture.shape[-2:]
    if min(height, width) < SMALLEST:
        raise ValueError(
            f"{name} has {width} x {height} pixels; it needs at least {SMALLEST} a side."
        )
    if not bool(torch.isfinite(picture).all()):
        raise ValueError(f"{name} holds NaN or infinite values; load or make it again.")
    values = working(picture).float()
    return values[:3] if len(values) >= 3 else values[:1].expand(3, -1, -1)


def common_size(pictures: Sequence[Tensor]) -> Size:
    """(rows, columns) that most pictures have; of equally many the largest."""
    count = Counter((picture.shape[-2], picture.shape[-1]) for picture in pictures)
    return max(count, key=lambda size: (count[size], size[0] * size[1]))


def aspect(size: Sequence[int]) -> float:
    """Width over height."""
    return size[-1] / size[-2]


def same_aspect(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two sizes (..., rows, columns) have one aspect, but for rounding."""
    return abs(aspect(one) / aspect(other) - 1) < ALIKE


def brought(picture: Tensor, size: Size, stance: Stance = UPRIGHT) -> Tensor:
    """(C, H, W) put upright, its middle in the aspect of ``size`` at that size; in [0, 1]."""
    upright = picture.rot90(stance.turns, (-2, -1))
    upright = upright.flip(-1) if stance.mirrored else upright
    height, width = upright.shape[-2:]
    if (height, width) == size:
        return upright
    across, down = width / size[1], height / size[0]
    if not stance.squeezed:
        across = down = min(across, down)
    rows = axis(size[0], height, (height - size[0] * down) / 2, down, np.float32)
    columns = axis(size[1], width, (width - size[1] * across) / 2, across, np.float32)
    return look(upright.contiguous(), rows, columns).clamp(0, 1)


def stances(picture: Tensor, size: Size) -> list[Stance]:
    """The ways in which a picture may have been laid, but for upright."""
    ways = [Stance(turns, mirrored) for mirrored in (False, True) for turns in range(4)]
    if not same_aspect(picture.shape, size):
        ways.append(Stance(squeezed=True))
    return ways[1:]
