"""Wider levels take over what a deeper one has become; the rest of them stays to the bit."""

from __future__ import annotations

from collections.abc import Container

from torch import Tensor

from ...spaces.pairs import pairs, patch
from ...spaces.space import Space


def follow(
    pictures: list[Tensor], before: Tensor, level: int, space: Space, held: Container[int]
) -> None:
    """Make the held levels above ``level``, which was ``before``, show its change, in place.

    As far as levels are held, one above the other; pictures are (C, H, W). Where ``level`` has not
    changed neither do they, to the bit, and where they did not agree before they still do not.
    """
    above = {pair.child: pair for pair in pairs(space)}
    change, passed = pictures[level] - before, {level}
    while (pair := above.get(level)) is not None and pair.link is not None:
        level = pair.parent
        if level not in held or level in passed:
            return
        passed.add(level)
        shown = pair.link.shrink_change(change)
        change = change.new_zeros(change.shape)
        patch(change, pair.link)[...] = shown
        pictures[level] = pictures[level] + change
