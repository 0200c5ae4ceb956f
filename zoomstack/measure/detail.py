"""What pictures hold in each octave: their detail, and where neighbouring levels differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ..linear.pyramid import split
from ..spaces.pairs import disagreement, pairs
from ..spaces.space import Space

FINE = 2  # octaves that count as detail
OCTAVES = 5  # of a disagreement that are told apart
MOST = 120.0  # dB, of what is all but the same: plain JSON has no infinity


def detail(views: Tensor) -> list[float]:
    """The standard deviation of each view (N, 3, H, W) in its two finest octaves."""
    power = sum(band.square().mean((1, 2, 3)) for band in split(views)[:FINE])
    assert isinstance(power, Tensor)
    return power.sqrt().tolist()


def sharpness(own: Sequence[float], reference: Sequence[float]) -> list[float]:
    """The natural logarithm of each level's ``detail`` over that of its reference."""
    # Where neither has any, a ratio would be noise over noise.
    pairs = zip(own, reference, strict=True)
    return [math.log((level + 1e-4) / (other + 1e-4)) for level, other in pairs]


def disagreements(views: Tensor, space: Space) -> list[list[float]]:
    """How well neighbours agree in each octave, finest of the wider one first, in dB.

    ``views`` (N, 3, H, W) span 1. One list for each pair; empty where no pixel shows the deeper.
    """
    return [
        [] if link is None else _by_octave(disagreement(views[parent], views[child], link))
        for parent, child, link in pairs(space)
    ]


def _by_octave(difference: Tensor) -> list[float]:
    power = torch.stack([band.square().mean() for band in split(difference)[:OCTAVES]])
    return (-10 * torch.log10(power)).clamp_max(MOST).tolist()


def decibels(picture: Tensor, truth: Tensor) -> float:
    """The peak signal-to-noise ratio of pictures that span 1, ``MOST`` at most."""
    from kornia.metrics import psnr

    return float(psnr(picture, truth, 1.0).clamp_max(MOST))
