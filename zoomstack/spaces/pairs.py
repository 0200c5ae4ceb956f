"""Neighbouring levels of a space: what joins each pair, and how far the two are from agreeing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from torch import Tensor

from .space import Link, Space

TURNS = 2
LEFT = 30.0  # octaves below 1: what may be left of a ring's disagreement


class Pair(NamedTuple):
    """A level and the next deeper one; ``link`` is None where not one pixel shows that."""

    parent: int
    child: int
    link: Link | None


def pairs(space: Space) -> Iterator[Pair]:
    """All neighbours of a space's geometry, the widest first."""
    for parent, child in space.geometry.neighbours:
        yield Pair(parent, child, space.link(parent, child))


def falling(space: Space) -> Iterator[Pair]:
    """The neighbours from wide to deep; of a ring twice round.

    A ring's level 0 is wider than level 1 and deeper than the last: what it takes over from that
    one goes on below in the second turn, and by the third is too small to see.
    """
    for _ in range(TURNS if space.geometry.closed else 1):
        yield from pairs(space)


def rising(space: Space) -> Iterator[Pair]:
    """The neighbours from deep to wide; of a ring as often as it takes until all agree.

    Each level of a ring shows itself, smaller by a turn, so each turn leaves the square of that of
    what the one before has left.
    """
    g = space.geometry
    turns = 1 + math.ceil(LEFT / (2 * g.turn)) if g.closed else 1
    upward = [*pairs(space)][::-1]
    for _ in range(turns):
        yield from upward


def patch(wider: Tensor, link: Link) -> Tensor:
    """The part of ``wider`` (..., H, W) that shows the deeper level: a view, to read or to write.

    Wang et al. (2023), section 4.1: what their mask M_i keeps.
    """
    return wider[(..., *link.window)]


def disagreement(wider: Tensor, deeper: Tensor, link: Link) -> Tensor:
    """The patch of ``wider`` less what it would be of ``deeper``: 0 where the two agree."""
    return patch(wider, link) - link.shrink(deeper)
