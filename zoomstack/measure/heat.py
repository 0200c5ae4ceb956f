"""Where neighbouring levels disagree, as pictures."""

from __future__ import annotations

import torch
from torch import Tensor

from ..linear.precision import working
from ..scene.checks import check_levels
from ..scene.geometry import Geometry
from ..spaces.pairs import disagreement, pairs, patch
from ..spaces.plain import as_space
from ..spaces.space import Space

HOT = 0.1  # the error that is drawn white: of values that span 1, a difference that anyone sees
DIMMED = 0.4  # of the picture behind the heat


def errors(views: Tensor, geometry: Geometry | Space) -> Tensor:
    """How far each view is from what the next deeper one shows of it, (N, H, W).

    ``views`` (N, C, H, W); root mean square over the channels, on the wider view's grid. 0 where
    the deeper level is not seen, and all over the deepest.
    """
    space = as_space(geometry)
    check_levels(views, space.geometry)
    pictures = working(views)
    found = torch.zeros_like(pictures[:, 0])
    for parent, child, link in pairs(space):
        if link is not None:
            difference = disagreement(pictures[parent], pictures[child], link)
            patch(found[parent], link)[...] = difference.square().mean(0).sqrt()
    return found


def heat_map(views: Tensor, geometry: Geometry | Space, hot: float = HOT) -> Tensor:
    """``errors`` from red over yellow to white (``hot`` and more) on the grey, dimmed pictures.

    ``views`` (N, 3, H, W) in [0, 1]; the same shape out.
    """
    if not hot > 0:
        raise ValueError(f"The error that is drawn white is {hot:g}; it must be over 0.")
    warmth = (errors(views, geometry) / hot).clamp(0, 1)[:, None]
    glow = torch.cat([(3 * warmth - step).clamp(0, 1) for step in range(3)], 1)
    grey = DIMMED * working(views).mean(1, keepdim=True).clamp(0, 1)
    return torch.maximum(grey * (1 - warmth), glow)
