"""Whether one picture lies in another, where, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor

from ...linear.sizes import resized
from .edges import grey
from .refine import Fit, refine
from .search import GRIDS, Grid, Place, Sought, grid_size, near
from .sure import alike

SIDE, FINE = 512, 1024  # pixels of the longer side on which places are tried, and then settled
TRIED = 2  # places of a pair on a grid that are tried
SURE = 0.4  # of the likeness beyond chance: pictures that have nothing in common stay below 0.3


class Match(NamedTuple):
    """Where the deeper picture lies in the wider one; ``confidence`` from 0 to 1."""

    zoom: float
    x: float
    y: float
    confidence: float


class Gallery:
    """Pictures of one size, (N, 3, H, W) in [0, 1], each of which may lie in any other."""

    def __init__(self, pictures: Sequence[Tensor]) -> None:
        self._pictures = list(pictures)
        height, width = pictures[0].shape[-2:]
        self._size = grid_size(height, width, SIDE)
        self._fine = grid_size(height, width, FINE)
        self._small = [resized(picture, self._size) for picture in pictures]

    @property
    def pictures(self) -> Sequence[Tensor]:
        """As they were given, or put since."""
        return self._pictures

    def put(self, number: int, picture: Tensor) -> None:
        """Another picture in the place of one."""
        self._pictures[number] = picture
        self._small[number] = resized(picture, self._size)
        self.__dict__.pop("_grids", None)

    @cached_property
    def _grids(self) -> list[Sought]:
        return [self._sought(grid) for grid in GRIDS]

    def _sought(self, grid: Grid) -> Sought:
        size = grid_size(*self._size, grid.side)
        return Sought(torch.stack([grey(resized(one, size)) for one in self._small]), grid)

    def among(
        self, parents: Sequence[int], child: int, grid: int, most: int
    ) -> Iterator[Match | None]:
        """How picture ``child`` lies in each of ``parents``, sought on one of ``GRIDS``.

        Looked at closely are the ``most`` parents that promise most.
        """
        sought = self._grids[grid]
        found = sought.best(sought.greys[child], parents, TRIED)
        promised = sorted((places[0].score for places in found if places), reverse=True)
        least = promised[min(most, len(promised)) - 1] if promised else 0.0
        for parent, places in zip(parents, found, strict=True):
            close = places and places[0].score >= least
            yield self._tried(sought, parent, child, places) if close else None

    def _tried(
        self, sought: Sought, parent: int, child: int, places: Sequence[Place]
    ) -> Match | None:
        """The place that holds when looked at closely; what speaks for another counts against."""
        wide, deep = self._small[parent], self._small[child]
        fits = [fit for place in places if place.score > 0 and (fit := refine(wide, deep, place))]
        if not fits:
            return None
        best = max(fits, key=_worth)
        if (sure := _worth(best)) <= 0:
            return None
        others = [fit for fit in fits if not near(fit.place, best.place)]
        if sure >= SURE and (rival := sought.rival(sought.greys[child], parent, best.place)):
            fit = refine(wide, deep, rival)
            others += [fit] if fit and not near(fit.place, best.place) else []
        against = max((_worth(fit) for fit in others), default=0.0)
        return Match(*best.place[:3], max(0.0, sure - max(0.0, against)))

    def settled(self, parent: int, child: int, match: Match) -> Match:
        """The same match at the pictures' full size, up to ``FINE``."""
        if self._fine == self._size:
            return match
        wide, deep = (resized(self._pictures[i], self._fine) for i in (parent, child))
        fit = refine(wide, deep, Place(*match[:3]), octaves=1)
        if fit is None or not near(fit.place, Place(*match[:3])):
            return match
        return Match(*fit.place[:3], match.confidence)


def _worth(fit: Fit) -> float:
    return alike(fit.patch, fit.shown)
