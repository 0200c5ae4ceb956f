"""Whether neighbouring pictures show the same place at all.

Decibels do not say: two soft skies differ by less than two views of one rock. Detail does: where a
picture lies in the other at the factor that is claimed, the detail of the two goes together, and
elsewhere not at all. Of a zoom of 16 levels (2026-11-28): 1.00 as it is; at a factor wrong by 2.5 %
0.67 and more, by 10 % 0.23 in the median, by 25 % under 0.05; in the wrong order under 0.06; where
each level's texture was redrawn 0.23 and more.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..linear.precision import working
from ..linear.pyramid import split
from ..scene.geometry import Geometry
from ..spaces.pairs import pairs, patch
from ..spaces.plain import plain_space

ALIKE = 0.2  # less, and two neighbours do not show the same place
OCTAVES = 3  # of the wider picture that count as detail
FLAT = 1 / 255  # less detail says nothing


def likeness(views: Tensor, geometry: Geometry) -> tuple[float, ...]:
    """How far the detail of each view goes together with that of the next deeper one: -1 to 1.

    ``views`` (N, 3, H, W) in [0, 1]; a number for each pair of neighbours, the correlation of the
    brightness in the finest octaves of the wider one. NaN where it has no detail, or no pixel shows
    the deeper one.
    """
    grey = working(views).mean(1, keepdim=True)
    unseen = grey.new_tensor(math.nan)
    found = [
        unseen if link is None else _correlation(patch(grey[wide], link), link.shrink(grey[deep]))
        for wide, deep, link in pairs(plain_space(geometry))
    ]
    return tuple(torch.stack(found).tolist()) if found else ()


def _correlation(a: Tensor, b: Tensor) -> Tensor:
    """Of two pictures (1, h, w), in their detail: a number where they are."""
    both = torch.stack([a, b])
    bands = split(both)[:OCTAVES]
    # A band of half the size has a quarter of the numbers for the same area.
    by_octave = [
        4**octave * torch.einsum("achw,bchw->ab", band, band) for octave, band in enumerate(bands)
    ]
    shares = torch.stack(by_octave).sum(0) / both[0].numel()
    own = shares.diagonal()
    return (shares[0, 1] / own.prod().sqrt()).where(own.min() >= FLAT**2, math.nan)
