"""Some levels of a space, one below the other, as a space of their own."""

from __future__ import annotations

from collections.abc import Sequence

from ...scene.geometry import Geometry
from ...spaces.space import Link, Space


class Part:
    """``space.Space`` of neighbouring ``levels`` of another, widest first.

    In a ring they may pass from the deepest to the widest. What was fitted and made for the whole
    serves its part.
    """

    def __init__(self, space: Space, levels: Sequence[int]) -> None:
        whole, between = space.geometry, levels[:-1]
        zooms = tuple(whole.zooms[level] for level in between)
        focus = tuple(whole.focus[level] for level in between)
        self.geometry = Geometry(whole.height, whole.width, zooms, focus)
        self._space, self._levels = space, tuple(levels)

    def link(self, parent: int, child: int) -> Link | None:
        return self._space.link(self._levels[parent], self._levels[child])
