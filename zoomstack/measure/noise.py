"""Whether the noise that levels hold is one noise: the same where they see the same place."""

from __future__ import annotations

from torch import Tensor

from ..spaces.pairs import pairs, patch
from ..spaces.space import Space

MOSTLY = 0.6  # of what a level holds must be white noise, for it to tell
FEWEST = 64  # numbers that tell


def alike(views: Tensor, space: Space) -> float | None:
    """How alike the noise of neighbours is, in noisy views (N, C, H, W): the worst correlation.

    1 is the same noise, and about 0 is another. It is looked for in the mixed differences of
    neighbouring pixels, where hardly anything is left of a smooth scene. None where no pair tells:
    its levels hold too little noise, or too few of their pixels show the same place.
    """
    found = []
    for parent, child, link in pairs(space):
        if link is None:
            continue
        wide, deep = patch(views[parent], link), link.shrink_noise(views[child])
        a, b = _edges(wide), _edges(deep)
        if a.numel() < FEWEST or min(_whiteness(wide), _whiteness(deep)) < MOSTLY:
            continue
        found.append(float((a * b).mean() / (a.square().mean() * b.square().mean()).sqrt()))
    return min(found, default=None)


def _edges(picture: Tensor) -> Tensor:
    across = picture[..., 1:] - picture[..., :-1]
    return across[..., 1:, :] - across[..., :-1, :]


def _whiteness(picture: Tensor) -> float:
    """The share of white noise in the variance: the edges of it vary four times as much."""
    return float(_edges(picture).square().mean() / (4 * picture.var()).clamp_min(1e-12))
