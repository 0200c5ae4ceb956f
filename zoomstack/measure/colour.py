"""Mean colours, in coordinates whose distances are what eyes see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

# sRGB's primaries and white (D65), IEC 61966-2-1; rows sum to the white point.
TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)


def lab(pictures: Tensor) -> Tensor:
    """CIE L*a*b* (..., 3, H, W) of sRGB pictures in [0, 1]: L from 0 to 100; 2 is just visible."""
    linear = torch.where(
        pictures <= 0.04045, pictures / 12.92, ((pictures + 0.055) / 1.055).clamp_min(0) ** 2.4
    )
    matrix = linear.new_tensor(TO_XYZ)
    xyz = torch.einsum("ij,...jhw->...ihw", matrix / matrix.sum(1, keepdim=True), linear)
    f = torch.where(xyz > (6 / 29) ** 3, xyz.clamp_min(1e-6) ** (1 / 3), xyz * 841 / 108 + 4 / 29)
    x, y, z = f.unbind(-3)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -3)


def mean_colours(views: Tensor) -> list[list[float]]:
    """The mean L*, a*, b* of each of the views (N, 3, H, W)."""
    return lab(views).mean((-2, -1)).tolist()


def drift(
    colours: Sequence[Sequence[float]], reference: Sequence[Sequence[float]] | None = None
) -> list[float]:
    """How mean L*, a* and b* move per level deeper: the slope of the best straight line, a vector.

    ``colours`` are those of ``mean_colours``; with a ``reference``, how they move away from it.
    """
    moved = np.asarray(colours, float) - (0.0 if reference is None else np.asarray(reference))
    if len(moved) < 2:
        return [0.0, 0.0, 0.0]
    return [float(slope) for slope in np.polyfit(range(len(moved)), moved, 1)[0]]
