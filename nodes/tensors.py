"""ComfyUI's pictures are (B, H, W, C); the library's are (B, C, H, W)."""

from __future__ import annotations

import torch
from einops import rearrange
from torch import Tensor


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
