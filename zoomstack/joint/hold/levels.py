"""Levels that are held while others are made anew: what joins the new ones to them.

A run of free levels x_a ... x_b lies between a held parent and a held child, whose pictures P and v
they are to meet (K is ``Link.shrink``):

    pull      x_a <- x_a + K^+ c (P - K x_a), and the change goes on below           wide to deep
    show      x_b[M] = K v,  x_k[M] = K x_{k+1}; what steps there goes on around     deep to wide
    solve     the least change of what no deeper level decides, so that K x_a is as it was pulled

c is how much the wider level insists, ``wider``. *Strict*, 1: it stays as it is, K x_a = P, and the
new levels can but add detail to what it shows. *Free*, 0: it takes over what they show, c rising
to 1 at the border of their frame, where both must be P for no square to show.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from ...linear.precision import working
from ...scene.checks import check_levels
from ...scene.geometry import Geometry
from ...spaces.pairs import disagreement, falling, patch
from ...spaces.plain import PlainLink, as_space
from ...spaces.space import Link, Space
from ..blend import border_share
from ..matched import matched
from ..render import render
from ..surround import continued
from .between import Between
from .follow import follow
from .runs import Run, runs

CLOSE = 1e-6  # to which levels of a ring have gone round


class Holder:
    """``hold`` for many calls: what is to be known of ``held`` levels' places is made once.

    Not ``exact``, a held parent is met to about a hundredth, in a fraction of the time.

    Raises ``ValueError`` for levels that are not there, and for a ``wider`` or ``feather`` that is
    none.
    """

    def __init__(
        self,
        geometry: Geometry | Space,
        held: Mapping[int, Tensor],
        wider: float = 1.0,
        feather: float = 0.25,
        bounded: bool = False,
        exact: bool = True,
    ) -> None:
        self.space = as_space(geometry)
        self.held, self.wider, self.feather = dict(held), wider, feather
        self.bounded, self.exact = bounded, exact
        check_held(self.held, self.space.geometry.levels)
        check_share(wider, feather)
        self.runs = runs(self.space, self.held)
        self._between: dict[int, Between] = {}

    def __call__(self, views: Tensor) -> Tensor:
        check_levels(views, self.space.geometry)
        pictures = list(working(views).unbind())
        for level, picture in self.held.items():
            check_fits(level, picture, views)
            pictures[level] = picture.to(pictures[0])
        for _ in range(self._turns):
            for run in self.runs:
                self._settle(pictures, run)
        return torch.stack(pictures).to(views.dtype)

    @property
    def _turns(self) -> int:
        """How often the wider levels' changes must go round: a ring shows itself, ever smaller."""
        geometry = self.space.geometry
        if self.wider == 1 or not geometry.closed:
            return 1
        return 1 + math.ceil(math.log2(1 / CLOSE) / geometry.turn)

    def _settle(self, pictures: list[Tensor], run: Run) -> None:
        """Make a run's levels meet its ends, in place."""
        first = run.levels[0]
        up = None if run.parent is None else self.space.link(run.parent, first)
        if run.parent is None or up is None:
            self._show(pictures, run)
            if self.bounded:
                self._bound(pictures, run, None)
            return
        parent = pictures[run.parent]
        share = self._share(run.parent, first, parent)
        missing = share * disagreement(parent, pictures[first], up)
        wanted = up.shrink(pictures[first]) + missing
        self._pull(pictures, run, missing, up)
        self._show(pictures, run)
        moved = wanted - up.shrink(pictures[first])
        between = self._between.setdefault(first, Between(self.space, run, up, self.exact))
        doubt = disagreement(parent, pictures[first], up)
        changes = between.change(share * moved, doubt, patch(parent, up).std())
        for level, change in zip(run.levels, changes, strict=True):
            pictures[level] = pictures[level] + change
        self._show(pictures, run, feather=0)
        if self.bounded:
            self._bound(pictures, run, up)
        if self.wider < 1:
            pictures[run.parent] = parent.clone()
            patch(pictures[run.parent], up)[...] = up.shrink(pictures[first])
            follow(pictures, parent, run.parent, self.space, self.held)

    def _bound(self, pictures: list[Tensor], run: Run, up: Link | None) -> None:
        """Bring a run's values into [0, 1], in place; what its parent sees of it stays."""
        wanted = None if up is None else up.shrink(pictures[run.levels[0]]).clamp(0, 1)
        link = up
        for level, below in zip(run.levels, (*run.levels[1:], run.child), strict=True):
            picture, free = pictures[level].clamp(0, 1), torch.ones_like(pictures[level][0])
            down = None if below is None else self.space.link(level, below)
            if down is not None and below == run.child:
                patch(free, down)[...] = 0
            if wanted is not None and isinstance(link, PlainLink):
                picture = matched(picture, wanted, link, free)
            pictures[level] = picture
            wanted, link = None if down is None else patch(picture, down), down
        self._show(pictures, run, feather=0)

    def _share(self, parent: int, child: int, like: Tensor) -> Tensor | float:
        """How much the wider level insists, on its patch."""
        if self.wider == 1 or self.feather == 0:
            return self.wider
        border = border_share(self.space.geometry.placement(parent, child), self.feather).like(like)
        return self.wider + (1 - self.wider) * border

    def _pull(self, pictures: list[Tensor], run: Run, change: Tensor, up: Link) -> None:
        """Change the widest of a run so that its parent sees the ``change``, and all below."""
        link: Link | None = up
        for level, below in zip(run.levels, (*run.levels[1:], None), strict=True):
            if link is None:
                return
            step = link.lift(change)
            pictures[level] = pictures[level] + step
            link = None if below is None else self.space.link(level, below)
            if link is not None:
                change = patch(step, link)

    def _show(self, pictures: list[Tensor], run: Run, feather: float | None = None) -> None:
        """Lay each level below into the one above it, and what steps there around it."""
        feather = self.feather if feather is None else feather
        below = (*run.levels[1:], run.child)
        for level, child in reversed([*zip(run.levels, below, strict=True)]):
            link = None if child is None else self.space.link(level, child)
            if child is None or link is None:
                continue
            shown = link.shrink(pictures[child])
            picture = pictures[level].clone()
            if feather > 0:
                frame = self.space.geometry.placement(level, child)
                picture += continued(shown - patch(picture, link), link, frame, feather)
            patch(picture, link)[...] = shown
            pictures[level] = picture


def hold(
    views: Tensor,
    geometry: Geometry | Space,
    held: Mapping[int, Tensor],
    wider: float = 1.0,
    feather: float = 0.25,
    bounded: bool = False,
) -> Tensor:
    """Views (N, C, H, W) whose ``held`` levels are the pictures given, and which the others meet.

    ``held`` maps levels to pictures (C, H, W), which come out as they went in, to the bit. All
    other levels then agree with each other and with a held child to the last bit, and with a held
    parent as ``wider`` says: 1, *strict*, exactly (1e-6, if the held levels agree); 0, *free*: the
    held levels that are wider take over what the new ones show, inside their frame alone; between,
    a share of the way. ``feather``, from 0 to 0.5 of a frame: over that border the wider level
    stays, and so far around a held child what is new goes on to meet it.

    ``bounded`` is for pictures in plain space that are to be seen: all values are from 0 to 1 then,
    and a held parent is met as near as such values can (see ``matched``).

    Raises ``ValueError`` for levels that are not there, pictures that do not fit, and shares that
    are none.
    """
    return Holder(geometry, held, wider, feather, bounded)(views)


def agreeing(held: Mapping[int, Tensor], geometry: Geometry | Space) -> dict[int, Tensor]:
    """The ``held`` pictures (C, H, W), wider ones showing what the space makes of deeper ones.

    For latents: those of pictures that agree do not agree themselves, as far as an autoencoder
    lacks from being linear, and no level between could meet both. A free level between two is
    taken for what the wider one tells of it.
    """
    space = as_space(geometry)
    first = next(iter(held.values()))
    views = torch.zeros(space.geometry.levels, *first.shape, dtype=first.dtype, device=first.device)
    known = set(held)
    for level, picture in held.items():
        views[level] = picture
    for pair in falling(space):
        if pair.child in known or pair.parent not in known or pair.link is None:
            continue
        told = patch(views[pair.parent], pair.link)
        guess = pair.link.enlarge(told)
        views[pair.child] = guess + pair.link.lift(told - pair.link.shrink(guess))
        known.add(pair.child)
    views = render(views, space)
    return {level: views[level] for level in held}


def check_held(held: Mapping[int, Tensor], levels: int) -> None:
    """Raise ``ValueError`` unless some levels of as many can be held, and not all."""
    missing = sorted(level for level in held if not 0 <= level < levels)
    if missing:
        raise ValueError(
            f"Level {missing[0]} cannot be held: there are {levels} levels, 0 to {levels - 1}."
        )


def check_fits(level: int, picture: Tensor, views: Tensor) -> None:
    """Raise ``ValueError`` unless ``picture`` can be a level of ``views``."""
    if picture.shape != views.shape[1:]:
        raise ValueError(
            f"The picture held at level {level} is {tuple(picture.shape)} (channels, rows, columns)"
            f" but a level is {tuple(views.shape[1:])}; give one of the level's size."
        )


def check_share(wider: float, feather: float) -> None:
    """Raise ``ValueError`` unless ``hold`` takes these."""
    if not 0 <= wider <= 1:
        raise ValueError(
            f"wider is {wider:g}; it must be from 0 (wider levels take over what is new) to 1 "
            "(they stay as they are)."
        )
    if not 0 <= feather <= 0.5:
        raise ValueError(f"feather is {feather:g}; it must be from 0 to 0.5 of the child's frame.")
