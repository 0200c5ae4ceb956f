"""Pictures and masks at another size, and what of a picture has another aspect."""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn import functional

Size = tuple[int, int]  # rows, columns


def aspect_window(
    size: Size, aspect: Size, at: tuple[float, float] = (0.5, 0.5)
) -> tuple[slice, slice]:
    """The largest part of a picture of ``size`` that has the aspect of ``aspect``: its window.

    Around the point ``at``, (x, y) from 0 to 1, as near as the picture's edges allow. One side of
    it is the picture's own, to the pixel.
    """
    scale = min(side / wanted for side, wanted in zip(size, aspect, strict=True))
    window = []
    for side, wanted, middle in zip(size, aspect, at[::-1], strict=True):
        length = min(side, max(1, round(wanted * scale)))
        first = min(max(0, math.floor(middle * side - length / 2)), side - length)
        window.append(slice(first, first + length))
    return window[0], window[1]


def resized(picture: Tensor, size: Size) -> Tensor:
    """(C, H, W) at another size, bilinear and without aliasing."""
    if picture.shape[-2:] == size:
        return picture
    return functional.interpolate(picture[None], size, mode="bilinear", antialias=True)[0]


def resized_mask(mask: Tensor, size: Size) -> Tensor:
    """A mask (H, W) at another size: shrunk, each pixel is as marked as any part of it."""
    if mask.shape == size:
        return mask
    if size[0] <= mask.shape[0] and size[1] <= mask.shape[1]:
        return functional.adaptive_max_pool2d(mask[None], size)[0]
    return resized(mask[None], size)[0].clamp(0, 1)
