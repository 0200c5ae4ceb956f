"""The second table: what one coupling does to a scene that agrees already."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from ...joint.blend import agreement
from ...measure.detail import decibels
from ...scene.geometry import Geometry
from .autoencoder import Autoencoder
from .couples import INDEPENDENT, Couples, Way
from .line import Line

KEPT, WORST, AGREE = "deeper levels kept, dB", "worst", "agree after, dB"
TWICE = (2.0, 1.0, 0.0)  # a schedule of two steps: the last one may be another matter


def unharmed(
    ladder: str,
    scenes: Sequence[Tensor],
    pixels: Geometry,
    ways: Sequence[Way],
    own: Autoencoder,
    couples: Couples,
) -> Iterator[Line]:
    """A line for each way that ``meets``, after one of what is decoded without any coupling.

    ``scenes`` are levels (N, 3, H, W) of ``pixels`` that agree. Each is encoded, coupled once as in
    a step before the last, and decoded. Kept is how near the decoded levels, but the widest, are to
    those that were decoded uncoupled: an autoencoder's own loss counts for nothing.
    """
    latents = [own.encode(scene) for scene in scenes]
    alone = [own.decode(levels) for levels in latents]
    before = [value for levels in alone for value in agreement(levels, pixels)]
    yield Line("unharmed", ladder, INDEPENDENT.name, {AGREE: mean(before)})
    for way in ways:
        if not way.meets or couples.refused(way, own.latents(pixels)):
            continue
        couple = couples.couple(way, pixels, TWICE)
        kept, agree = list[float](), list[float]()
        for levels, truth in zip(latents, alone, strict=True):
            coupled = own.decode(couple(levels, TWICE[0]))
            kept += [decibels(a, b) for a, b in zip(coupled[1:], truth[1:], strict=True)]
            agree += agreement(coupled, pixels)
        numbers = {KEPT: mean(kept), WORST: min(kept), AGREE: mean(agree)}
        yield Line("unharmed", ladder, way.name, numbers)


def mean(values: Sequence[float]) -> float:
    """Of those that are numbers."""
    known = [value for value in values if not math.isnan(value)]
    return float(torch.tensor(known).mean()) if known else math.nan
