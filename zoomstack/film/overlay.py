"""What is laid over a film's frames: captions, for example.

It is composited in RGB where a frame is a picture, and once more in Y'CbCr where it is what an
encoder stores. Both are linear, so they are the same pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Patch:
    """A picture with transparency that lies at a place of a frame, wholly inside of it.

    ``row`` and ``column`` are those of its first pixel in the frame. ``rgb`` (3, h, w) is
    premultiplied by ``alpha`` (h, w), both in [0, 1]; ``opacity``, 0 to 1, fades both. What is
    given again with the same tensors costs less than what is made anew.
    """

    row: int
    column: int
    rgb: Tensor
    alpha: Tensor
    opacity: float = 1.0


def check_inside(patch: Patch, height: int, width: int) -> None:
    """Raise ``ValueError`` unless ``patch`` lies inside a frame, its alpha as large as its rgb."""
    if patch.rgb.shape != (3, *patch.alpha.shape):
        raise ValueError(
            f"A patch's rgb is {tuple(patch.rgb.shape)}, its alpha {tuple(patch.alpha.shape)}; "
            "they must be (3, h, w) and (h, w)."
        )
    high, wide = patch.alpha.shape
    if not (0 <= patch.row <= height - high and 0 <= patch.column <= width - wide):
        raise ValueError(
            f"A patch of {wide} x {high} pixels at ({patch.column}, {patch.row}) leaves a frame of "
            f"{width} x {height}; cut it off where the frame ends."
        )


class Overlay(Protocol):
    """Anything that knows what lies over each frame of a film."""

    def at(self, number: int) -> Sequence[Patch]:
        """The patches over frame ``number``, the lowest first. Asked by several threads."""
        ...


def over(
    picture: Tensor, row: int, column: int, values: Tensor, alpha: Tensor, opacity: float = 1.0
) -> None:
    """Lay premultiplied ``values`` (C, h, w) over ``picture`` (C, H, W), in place."""
    height, width = alpha.shape
    part = picture[:, row : row + height, column : column + width]
    part.addcmul_(part, alpha.to(part), value=-opacity).add_(values.to(part), alpha=opacity)


def coloured(picture: Tensor, patches: Sequence[Patch]) -> Tensor:
    """A frame (C, H, W) with ``patches`` over it, in RGB: in place, but where grey becomes colour.

    Channels past the third stay as they are.
    """
    if not patches:
        return picture
    under = picture if len(picture) >= 3 else picture[:1].repeat(3, 1, 1)
    for patch in patches:
        over(under[:3], patch.row, patch.column, patch.rgb, patch.alpha, patch.opacity)
    return under.clamp_(0, 1)


def halved(values: Tensor, row: int, column: int, width: int) -> Tensor:
    """``values`` (C, h, w) at a place of a frame ``width`` wide, as its chroma has them.

    They begin at half the row and half the column, both rounded down. A chroma pixel is the mean of
    two rows and lies at the left one of two columns: of that one it takes a half, and of either
    neighbour a quarter.
    """
    first, stop = column // 2, min((column + values.shape[2]) // 2 + 1, width // 2)
    # Whole pairs of rows; of columns from the left neighbour of the first to the last one's right.
    top, bottom = row % 2, (row + values.shape[1]) % 2
    left = column - (2 * first - 1)
    right = 2 * stop - column - values.shape[2]
    padded = torch.nn.functional.pad(values, (left, right, top, bottom))
    if column == 0:
        padded[..., 0] = padded[..., 1]  # beside a frame lies what its first column shows
    pairs = (padded[:, 0::2] + padded[:, 1::2]) / 2
    return (pairs[..., 0:-2:2] + pairs[..., 2::2]) / 4 + pairs[..., 1::2] / 2
