"""How much a place is worth: what two pictures have in common there beyond chance."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from .edges import edges, grey, likeness

LEAST = 12  # pixels of a side that edges are compared on
CHANCE = 8.0  # pixels: pictures of that many a side may be alike by chance, of twice as many half


def alike(patch: Tensor, shown: Tensor) -> float:
    """How far two pictures (C, h, w) of one place are alike beyond chance, at most 1.

    By the octave that speaks most for it: detail may be another's and the shapes the same, as
    where a tool has redrawn.
    """
    best = -1.0
    while (side := min(patch.shape[-2:])) >= LEAST:
        chance = CHANCE / side
        if chance < 1:
            met = likeness(edges(grey(patch)), edges(grey(shown)))
            best = max(best, (met - chance) / (1 - chance))
        patch, shown = (functional.avg_pool2d(each, 2) for each in (patch, shown))
    return best
