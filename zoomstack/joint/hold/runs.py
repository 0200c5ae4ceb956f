"""Free levels side by side, with the held ones at their two ends."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from ...spaces.pairs import pairs
from ...spaces.space import Space


class Run(NamedTuple):
    """``levels`` that are free, widest first; ``parent`` and ``child`` are held, or none is there.

    In a closed ladder a run may pass from the deepest level to the widest.
    """

    levels: tuple[int, ...]
    parent: int | None
    child: int | None


def runs(space: Space, held: Container[int]) -> list[Run]:
    """All runs of levels that are not held, the deepest first; none where a whole ring is free.

    Levels that do not show each other, because no pixel does, are no neighbours.
    """
    child_of = {pair.parent: pair.child for pair in pairs(space) if pair.link is not None}
    parent_of = {child: parent for parent, child in child_of.items()}
    found = []
    for level in range(space.geometry.levels):
        parent = parent_of.get(level)
        if level in held or (parent is not None and parent not in held):
            continue
        levels = [level]
        while (child := child_of.get(levels[-1])) is not None and child not in held:
            levels.append(child)
        found.append(Run(tuple(levels), parent, child))
    return found[::-1]
