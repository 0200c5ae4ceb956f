"""What a coupling does to a scene that agrees already: the measure that ways to meet are chosen by.

Levels cut from one picture agree. Encoded, they should pass a coupling unharmed, and decoded they
should still agree; a coupling that loses to 22 dB what was right makes no sharp zoom, whatever the
levels of a sampling would have agreed on. No model is asked.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ...scene.geometry import Geometry
from ...spaces.codec import Codec
from ..blend import agreement
from ..coupler import Couple
from ..render import render

MOST = 80.0  # dB, of what is all but the same


class Trial(NamedTuple):
    """In dB, over all scenes, of decoded levels, whose values span 1."""

    unharmed: float  # the deeper levels after one coupling, against decoding without it
    agreement: float  # of neighbours after it

    @property
    def score(self) -> float:
        """Both errors in one number: of what is lost, and of what disagrees afterwards."""
        return _decibels(10 ** (-self.unharmed / 10) + 10 ** (-self.agreement / 10))


def scenes(pictures: Tensor, geometry: Geometry) -> Tensor:
    """Levels (B, N, 3, H, W) that agree exactly, of the middle of pictures (B, 3, H', W').

    ``geometry`` is that of the levels' pixels, each focus in the middle. The deepest levels are
    sharp where the pictures are a level's size times all zooms or larger.
    """
    rows, columns = pictures.shape[-2:]
    size = (geometry.height, geometry.width)
    levels = []
    for octave in geometry.octaves:
        h, w = round(rows / 2**octave), round(columns / 2**octave)
        top, left = (rows - h) // 2, (columns - w) // 2
        cut = pictures[..., top : top + h, left : left + w]
        levels.append(interpolate(cut, size, mode="bicubic", antialias=True).clamp(0, 1))
    return torch.stack([render(views, geometry) for views in torch.stack(levels, 1)])


def trial(couple: Couple, codec: Codec, levels: Tensor, geometry: Geometry) -> Trial:
    """``couple`` tried on scenes that agree, ``levels`` (B, N, 3, H, W) in [0, 1].

    ``codec`` is the autoencoder whose latents ``couple`` takes, and whose decoding counts;
    ``geometry`` that of the levels' pixels. Of a flow model's last step, where sigma is 0.
    """
    harm, apart = [], []
    for views in levels:
        latents = codec.encode(views)
        before, after = codec.decode(latents), codec.decode(couple(latents, 0.0))
        harm.append((after - before)[1:].square().mean())
        apart += agreement(after, geometry)
    found = [10 ** (-decibels / 10) for decibels in apart if not math.isnan(decibels)]
    return Trial(
        _decibels(float(torch.stack(harm).mean())), _decibels(sum(found) / max(1, len(found)))
    )


def _decibels(error: float) -> float:
    return min(MOST, -10 * math.log10(error + 1e-12))
