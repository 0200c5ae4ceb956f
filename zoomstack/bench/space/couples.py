"""The ways that are compared: where levels of latents meet, and at which steps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ...joint.coupler import Couple, Coupler
from ...joint.schedule import Schedule
from ...joint.through_pixels import ThroughPixels, at_every_step, through
from ...scene.geometry import Geometry
from ...spaces.choose import SPACES, Fits, Kind
from ...spaces.codec import difference
from ...spaces.plain import plain_space
from ...spaces.space import Space
from .autoencoder import Autoencoder

Steps = Callable[[int], Collection[int]]
"""Of so many steps, those in which levels meet in pixels."""


@dataclass(frozen=True)
class Way:
    """Levels that meet in a ``space`` of latents (None: nowhere), on steps ``pixels`` in pixels.

    ``shows`` is whether a wider level is compared with what it could show (before the last step:
    ``at_every_step``), ``meets`` whether one coupling of it is worth a look by itself.
    """

    name: str
    title: str
    space: str | None
    pixels: Steps | None = None
    shows: bool = True
    meets: bool = False


def every(steps: int) -> Collection[int]:
    return range(steps)


def last(share: float) -> Steps:
    """The last steps: a share of all, at least one."""
    return lambda steps: range(steps - count(share, steps), steps)


def spaced(share: float) -> Steps:
    """As many steps, as far apart as they can be, the last one among them."""

    def chosen(steps: int) -> Collection[int]:
        number = count(share, steps)
        return {steps - 1 - index * steps // number for index in range(number)}

    return chosen


def ends(share: float) -> Steps:
    """As many steps: half of them the first ones, the others the last."""

    def chosen(steps: int) -> Collection[int]:
        number = count(share, steps)
        early = number // 2
        return {*range(early), *range(steps - number + early, steps)}

    return chosen


def middle(share: float) -> Steps:
    """As many steps: the last one, and the others around the middle of the schedule."""

    def chosen(steps: int) -> Collection[int]:
        number = count(share, steps) - 1
        first = (steps - number) // 2
        return {*range(first, first + number), steps - 1}

    return chosen


def count(share: float, steps: int) -> int:
    return max(1, round(share * steps))


class OnSteps:
    """``couple(views, sigma)`` by ``there`` on the ``chosen`` steps of a schedule, else ``before``.

    Steps are counted from 0, the noisiest.
    """

    def __init__(
        self, before: Couple, there: Couple, sigmas: Sequence[float], chosen: Collection[int]
    ) -> None:
        self._before, self._there = before, there
        self._schedule, self._chosen = Schedule(sigmas), frozenset(chosen)

    def __call__(self, views: Tensor, sigma: float | Tensor) -> Tensor:
        now = self._schedule.done(sigma) in self._chosen
        return (self._there if now else self._before)(views, sigma)


class Couples:
    """The couples for an autoencoder; ``small`` is the one that pixels go through."""

    def __init__(self, own: Autoencoder, small: Autoencoder) -> None:
        self._own, self._small, self._fits = own, small, Fits()

    def refused(self, way: Way, geometry: Geometry) -> str | None:
        """Why a way does not apply to a geometry of latents; None where it does."""
        kind = _fitted(way)
        return SPACES[kind].refused(geometry) if kind else None

    def space(self, way: Way, geometry: Geometry) -> Space:
        """Where a way's levels meet and share noise; plain for those that meet elsewhere."""
        kind = _fitted(way)
        if kind is None:
            return plain_space(geometry)
        like = torch.empty(0, device=self._own.device)
        return self._fits.space(kind, geometry, self._own.encode, self._own.ratio, like)

    def couple(self, way: Way, pixels: Geometry, sigmas: Sequence[float]) -> Couple:
        """``couple(latents, sigma)`` of a way, at the steps of ``sigmas``.

        ``pixels`` is the geometry of the pictures that the latents stand for.
        """
        between: Couple = _alone
        if way.space is not None:
            between = Coupler(self.space(way, self._own.latents(pixels)))
        if way.pixels is None:
            return between
        coupler, codec = Coupler(pixels), self._small.codec
        there: Couple = ThroughPixels(coupler, codec.decode, difference(codec.encode))
        if way.shows:
            itself = self._small is self._own
            there = at_every_step(coupler, codec, sigmas) if itself else through(coupler, codec)
        return OnSteps(between, there, sigmas, way.pixels(len(sigmas) - 1))


def _fitted(way: Way) -> Kind | None:
    return next((kind for kind in SPACES if kind == way.space), None)


def _alone(views: Tensor, sigma: float | Tensor) -> Tensor:
    return views


INDEPENDENT = Way("independent", "independent", None)
PIXEL = Way("pixel", "pixels, every step", "latent", every, meets=True)
UNSHOWN = replace(
    PIXEL, name="unshown", title="the same, whatever a wider level can show", shows=False
)
LATENTS = (
    Way("latent", "plain latents", "latent", meets=True),
    *(Way(kind, recipe.title, kind, meets=True) for kind, recipe in SPACES.items()),
)
SHARES = (0.1, 0.2, 0.3)
PLANS: dict[str, Callable[[float], Steps]] = {
    "last": last, "spaced": spaced, "ends": ends, "middle": middle,
}  # fmt: skip
BUDGET = tuple(
    Way(f"{plan}-{100 * share:.0f}", f"plain, {share:.0%} in pixels: {plan}", "latent", make(share))
    for share in SHARES
    for plan, make in PLANS.items()
)
WAYS = (
    INDEPENDENT,
    *LATENTS,
    PIXEL,
    UNSHOWN,
    Way("last-3", "plain, the last three in pixels", "latent", lambda n: range(n - 3, n)),
    Way("every-4", "every fourth in pixels, none between", None, lambda n: range(3, n, 4)),
)

# A denoiser that is ideal takes a while, and pixels at every step the most of it.
USUAL = tuple(way for way in WAYS if way.name not in (UNSHOWN.name, "every-4"))


def chosen_ways(names: list[str] | None) -> list[Way]:
    """The ways of these names, "budget" for all of ``BUDGET``; ``USUAL`` where none is given.

    Independent levels, which detail is measured against, are always among them. ``ValueError`` for
    an unknown name.
    """
    known = {way.name: [way] for way in (*WAYS, *BUDGET)} | {"budget": [*BUDGET]}
    for name in names or ():
        if name not in known:
            raise ValueError(f"There is no row {name!r}; there are: {', '.join(known)}.")
    ways = [way for name in names for way in known[name]] if names else [*USUAL]
    return [*dict.fromkeys([INDEPENDENT, *ways])]
