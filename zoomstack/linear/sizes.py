"""Pictures and masks at another size."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

Size = tuple[int, int]  # rows, columns


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
