"""What a grid of latents asks of pictures and masks of any size."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from .canvas import Margins, pad


def on_grid(picture: Tensor, grid: int) -> Tensor:
    """(C, H, W) grown right and down to multiples of ``grid``, by its own mirror image."""
    rows, columns = (-size % grid for size in picture.shape[-2:])
    return pad(picture, Margins(right=columns, bottom=rows))


def to_cells(mask: Tensor, ratio: int) -> Tensor:
    """A mask (H, W), whose sides divide by ``ratio``, on the grid of latents, (h, w).

    A latent is as marked as any of its pixels.
    """
    return functional.max_pool2d(mask[None], ratio)[0]
