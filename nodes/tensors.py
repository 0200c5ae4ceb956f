"""ComfyUI's pictures are (B, H, W, C); the library's are (B, C, H, W)."""

from __future__ import annotations

import torch
from einops import rearrange
from torch import Tensor

SMALLEST = 16  # pixels a side: below, there is nothing to zoom into


def to_levels(image: Tensor) -> Tensor:
    """An IMAGE, (B, H, W, C), as (B, 3, H, W); an alpha channel is left out."""
    return rearrange(image[..., :3], "b h w c -> b c h w")


def to_image(levels: Tensor) -> Tensor:
    """(B, C, H, W) as an IMAGE, cut to its range of 0 to 1."""
    return rearrange(levels, "b c h w -> b h w c").clamp(0, 1).contiguous()


def first_broken(levels: Tensor) -> int | None:
    """The first level, of (N, ...), that holds NaN or infinite values; None without one."""
    finite = torch.isfinite(levels).flatten(1).all(1)
    return None if finite.all() else int((~finite).nonzero()[0])


def one_picture(image: Tensor, who: str) -> Tensor:
    """(3, H, W) of an IMAGE that holds one picture, its alpha left out."""
    count, rows, columns, channels = image.shape
    if count != 1:
        raise ValueError(f"{who} got {count} images; pick one with ImageFromBatch.")
    if min(rows, columns) < SMALLEST:
        raise ValueError(
            f"The image has {columns} x {rows} pixels; it needs at least {SMALLEST} a side."
        )
    if not image.isfinite().all():
        raise ValueError("The image holds NaN or infinite values; load or make it again.")
    picture = image[0].movedim(-1, 0).float()
    return picture[:3] if channels >= 3 else picture[:1].expand(3, -1, -1)
