"""Neighbouring levels of a space: what joins each pair, and how far the two are from agreeing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from torch import Tensor

from .space import Link, Space


class Pair(NamedTuple):
    """A level and the next deeper one; ``link`` is None where not one pixel shows that."""

    parent: int
    child: int
    link: Link | None


def pairs(space: Space) -> Iterator[Pair]:
    """All neighbours of a space's geometry, the widest first."""
    for parent, child in space.geometry.neighbours:
        yield Pair(parent, child, space.link(parent, child))


def patch(wider: Tensor, link: Link) -> Tensor:
    """The part of ``wider`` (..., H, W) that shows the deeper level: a view, to read or to write.

    Wang et al. (2023), section 4.1: what their mask M_i keeps.
    """
    return wider[(..., *link.window)]


def disagreement(wider: Tensor, deeper: Tensor, link: Link) -> Tensor:
    """The patch of ``wider`` less what it would be of ``deeper``: 0 where the two agree."""
    return patch(wider, link) - link.shrink(deeper)
