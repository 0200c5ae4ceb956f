"""ComfyUI's pictures are (B, H, W, C), the library's (B, C, H, W); and what is no picture."""

from __future__ import annotations

import torch
from einops import rearrange
from torch import Tensor

from ..zoomstack.scene.geometry import Geometry
from ..zoomstack.scene.ladder import Ladder

SMALLEST = 16  # pixels a side: below, there is nothing to zoom into


def to_levels(image: Tensor) -> Tensor:
    """An IMAGE, (B, H, W, C), as (B, 3, H, W); an alpha channel is left out."""
    return rearrange(image[..., :3], "b h w c -> b c h w")


def to_image(levels: Tensor) -> Tensor:
    """(B, C, H, W) as an IMAGE, cut to its range of 0 to 1."""
    return rearrange(levels, "b c h w -> b h w c").clamp(0, 1).contiguous()


def first_broken(levels: Tensor) -> int | None:
    """The first level, of (N, ...), that holds NaN or infinite values; None without one."""
    # One question to the device, whatever the answer: this is asked at every step.
    finite = torch.isfinite(levels).flatten(1).all(1).tolist()
    return None if all(finite) else finite.index(False)


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


def check_finite(levels: Tensor) -> None:
    """Raise ``ValueError`` for levels that are no pictures."""
    broken = first_broken(levels)
    if broken is not None:
        raise ValueError(
            f"The picture of level {broken} (0 is the widest) holds NaN or infinite values; "
            "decode with a VAE in a wider precision."
        )


def check_open(ladder: Ladder, who: str) -> None:
    """Raise ``ValueError`` for a loop, for a node that goes from one end to the other."""
    if ladder.closed:
        raise ValueError(
            f"{who} goes from one end of a ladder to the other, and a loop has none. Switch loop "
            "off in Prompt Ladder, or use Zoom Stack Sampler, which makes loops."
        )


def geometry_of(levels: Tensor, zoom_factor: float, ladder: Ladder | None, who: str) -> Geometry:
    """How levels (N, C, H, W) sit in each other: as the ladder says, else by one factor."""
    count, _, height, width = levels.shape
    if ladder is None:
        return Geometry(height, width, (zoom_factor,) * (count - 1))
    if ladder.levels != count:
        raise ValueError(
            f"The ladder has {ladder.levels} levels but {who} got {count} images; pass one "
            "image a level, the widest first."
        )
    return ladder.geometry(height, width)
