"""The first table: how much of an autoencoder the operators of each space explain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from ...scene.geometry import Geometry
from ...spaces.fitting.fidelity import fidelity
from .autoencoder import Autoencoder, remembered
from .couples import LATENTS, Couples, Way
from .line import Line
from .settings import Zooms

SHRINKING, ENLARGING = "shrinking", "enlarging"


def explained(
    ladder: str,
    zooms: Zooms,
    pictures: Tensor,
    ways: Sequence[Way],
    own: Autoencoder,
    couples: Couples,
) -> Iterator[Line]:
    """The share of variance on ``pictures`` (B, 3, side, side), for the ways in latents alone.

    The mean over the different pairs of neighbours of the ladder, each with its own factor and
    focus. A space that does not apply to the ladder has no line.
    """
    encode = remembered(own.encode)
    geometries = [own.latents(pair) for pair in pairs(zooms, pictures.shape[-1])]
    for way in filter(LATENTS.__contains__, ways):
        if any(couples.refused(way, geometry) for geometry in geometries):
            continue
        spaces = [couples.space(way, geometry) for geometry in geometries]
        found = [fidelity(space, encode, own.ratio, pictures) for space in spaces]
        shrinking, enlarging = torch.tensor(found).mean(0).tolist()
        yield Line("explained", ladder, way.name, {SHRINKING: shrinking, ENLARGING: enlarging})


def pairs(zooms: Zooms, side: int) -> Sequence[Geometry]:
    """Each different pair of neighbours, as a ladder of two levels of ``side`` pixels."""
    focus = zooms.focus or ((0.5, 0.5),) * len(zooms.zooms)
    different = dict.fromkeys(zip(zooms.zooms, focus, strict=True))
    return [Geometry(side, side, (zoom,), (at,)) for zoom, at in different]
