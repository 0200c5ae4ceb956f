"""Which levels somebody wrote, and which were put between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

Flags = tuple[bool, ...]
"""Of a ladder's N levels, True for each that was put between two; or none at all."""


class Between(NamedTuple):
    """Where a level that was put between two lies: these, and the ``share`` of the way in.

    The share is of the logarithm of the magnification, over 0 and under 1.
    """

    wider: int
    deeper: int
    share: float


def lines(bridges: Flags, levels: int) -> tuple[int, ...]:
    """The levels that somebody wrote, widest first, of so many."""
    return tuple(n for n in range(levels) if not (bridges and bridges[n]))


def check_flags(bridges: Flags, levels: int) -> None:
    """Raise ``ValueError`` unless there are none or one a level, and the widest was written."""
    if bridges and (len(bridges) != levels or bridges[0]):
        raise ValueError(
            f"There are {len(bridges)} marks of levels put between two for {levels} levels; give "
            "one a level, of which the first is False, or none."
        )


def kept(bridges: Flags, levels: Sequence[int], closed: bool = False) -> Flags:
    """The marks of a part of a zoom, of these ``levels``; what begins or ends it is no bridge."""
    if not bridges:
        return ()
    flags = [bridges[level] for level in levels]
    flags[0] = False
    if not closed:
        flags[-1] = False
    return tuple(flags) if any(flags) else ()


def ways(zooms: Sequence[float], bridges: Flags, closed: bool) -> tuple[Between | None, ...]:
    """Of each level where it was put, None for one that somebody wrote.

    ``zooms`` are a geometry's. In a ring the last levels may lie between the deepest line and
    level 0, which somebody always wrote.
    """
    levels = len(zooms) + (0 if closed else 1)
    written = lines(bridges, levels)
    found: list[Between | None] = [None] * levels
    for wider, deeper in zip(written, (*written[1:], levels), strict=True):
        steps = [math.log(zoom) for zoom in zooms[wider:deeper]]
        for level in range(wider + 1, deeper):
            share = sum(steps[: level - wider]) / sum(steps)
            found[level] = Between(wider, deeper % levels, share)
    return tuple(found)


def merged(zooms: Sequence[float], bridges: Flags, closed: bool) -> tuple[float, ...]:
    """The zoom factors from each level that somebody wrote to the next such one."""
    if not any(bridges):
        return tuple(zooms)
    levels = len(zooms) + (0 if closed else 1)
    ends = (*lines(bridges, levels)[1:], levels) if closed else lines(bridges, levels)[1:]
    starts = lines(bridges, levels)
    pairs = zip(starts, ends, strict=False)
    return tuple(math.prod(zooms[wider:deeper]) for wider, deeper in pairs)
