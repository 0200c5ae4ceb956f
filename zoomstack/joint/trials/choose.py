"""Which way to meet: candidates tried side by side, and the best that is no worse than plain."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from torch import Tensor

from ...scene.geometry import Geometry
from ...spaces.codec import Codec
from ..coupler import Couple
from .trial import Trial, scenes, trial

LATENTS = 24  # along a level's side on which a factor is tried, or a few more
LARGEST = 4.0  # larger factors are tried at this one, for the pictures' size
PICTURES = 2
CLEARLY = 1.0  # dB: by less a later candidate is no better, so that rounding decides nothing

Candidate = Callable[[Geometry], Couple | None]
"""Of a geometry of latents: its coupling, or None where the way does not apply to it."""


class Choice(NamedTuple):
    """The candidate that was taken, and how all did: each by its worst factor, plain first."""

    name: str
    trials: Mapping[str, Trial]

    @property
    def runner_up(self) -> str | None:
        """The best of the others; None where there is none."""
        others = [name for name in self.trials if name != self.name]
        return max(others, key=lambda name: self.trials[name].score, default=None)

    def without(self, name: str) -> Choice:
        """What would have been taken without one of the others than plain."""
        return best({other: found for other, found in self.trials.items() if other != name})

    def preferring(self, name: str, within: float = math.inf) -> Choice:
        """``name`` instead, where it was tried and is in nothing worse than plain.

        And has a score of at least what was taken less ``within`` dB.
        """
        found = self.trials.get(name)
        if found is None or _worse(found, _plain(self.trials)):
            return self
        close = found.score >= self.trials[self.name].score - within
        return self._replace(name=name) if close else self


def choose(
    candidates: Mapping[str, Candidate],
    zooms: tuple[float, ...],
    codec: Codec,
    pictures: Callable[[int, int], Tensor],
) -> Choice:
    """The best of ``candidates`` for a ladder of these factors.

    The first of them is plain: the one that none may do worse than, in what it harms or in what
    agrees. Of the others the first counts that is clearly better than those before it. ``codec`` is
    the autoencoder that is decoded by, ``pictures(count, side)`` draws what is tried on.

    The same candidates, factors and codec give the same choice, but for what rounding may turn.
    """
    tried: dict[str, Trial] = {}
    for zoom in sorted({min(zoom, LARGEST) for zoom in zooms}):
        geometry = _pair(zoom)
        side = geometry.height * codec.ratio
        grid = geometry.resized(side, side)
        levels = scenes(pictures(PICTURES, round(side * zoom)), grid)
        for name, candidate in candidates.items():
            couple = candidate(geometry)
            if couple is not None:
                found = trial(couple, codec, levels, grid)
                tried[name] = min(found, tried.get(name, found), key=lambda t: t.score)
    return best(tried)


def best(trials: Mapping[str, Trial]) -> Choice:
    """The first that is clearly better than those before it, and in nothing worse than plain."""
    taken, *others = trials
    for name in others:
        better = trials[name].score > trials[taken].score + CLEARLY
        if better and not _worse(trials[name], _plain(trials)):
            taken = name
    return Choice(taken, trials)


def _plain(trials: Mapping[str, Trial]) -> Trial:
    return next(iter(trials.values()))


def _worse(found: Trial, plain: Trial) -> bool:
    """In anything."""
    return any(ours < least - CLEARLY for ours, least in zip(found, plain, strict=True))


def _pair(zoom: float) -> Geometry:
    """Two levels in the middle of each other, on the grid of latents where the factor is whole."""
    step = 2 * int(zoom) if zoom == int(zoom) else 1
    side = -(-LATENTS // step) * step
    return Geometry(side, side, (zoom,))
