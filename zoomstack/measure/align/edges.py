"""What pictures are compared by while nobody knows where they lie: their edges."""

from __future__ import annotations

import torch
from torch import Tensor

SOFT = 1.0  # of the mean edge: what is fainter counts by its strength, what is stronger is cut


def grey(picture: Tensor) -> Tensor:
    """The mean of the colours of (..., C, H, W): (..., H, W)."""
    return picture.mean(-3)


def edges(picture: Tensor) -> Tensor:
    """Which way (..., H, W) gets brighter, and how much: complex (..., H - 2, W - 2), below 1.

    Strong edges are cut off softly, so that a few of them, or a watermark, do not decide alone; a
    change of light or contrast changes nothing. After Fitch et al. (2002), "Orientation
    correlation", but that flat parts keep their silence.
    """
    across = picture[..., 1:-1, 2:] - picture[..., 1:-1, :-2]
    down = picture[..., 2:, 1:-1] - picture[..., :-2, 1:-1]
    slope = torch.complex(across, down)
    strength = slope.abs()
    mean = strength.mean((-2, -1), keepdim=True)
    return slope / (strength + SOFT * mean + 1e-6)


def likeness(one: Tensor, other: Tensor) -> float:
    """How far two edge pictures of one size agree, -1 to 1."""
    shared = (one.conj() * other).real.sum()
    size = (one.abs().square().sum() * other.abs().square().sum()).sqrt()
    return float(shared / size) if size > 0 else 0.0
