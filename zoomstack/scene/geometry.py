"""Where each level of a zoom sits inside the one above it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

MIDDLE = (0.5, 0.5)
# Frames are computed in floating point: a child that misses a pixel's edge by this much touches it.
TOUCH = 1e-6
LEAST_TURN = 4.0  # of a ring: a level shows itself again, and below this too large to be a scene


class Placement(NamedTuple):
    """One axis of a child's frame inside its parent, in parent pixels.

    Pixel ``k`` covers ``[k, k + 1)``: its centre is ``k + 0.5``, here and everywhere.
    """

    size: int  # pixels of parent and child alike
    zoom: float  # how many times wider the parent's view is
    left: float  # the child's edge in the parent

    @property
    def first(self) -> int:
        """The first parent pixel that lies wholly inside the child's frame."""
        return math.ceil(self.left - TOUCH)

    @property
    def stop(self) -> int:
        """One past the last parent pixel that lies wholly inside the child's frame."""
        return math.floor(self.left + self.size / self.zoom + TOUCH)

    @property
    def window(self) -> slice:
        """The parent pixels that lie wholly inside the child's frame (the paper's mask M)."""
        return slice(self.first, max(self.first, self.stop))

    def inside(self, deeper: Placement) -> Placement:
        """The placement of ``deeper`` (a child of this child) in this placement's parent."""
        return Placement(self.size, self.zoom * deeper.zoom, self.left + deeper.left / self.zoom)


@dataclass(frozen=True)
class Geometry:
    """The frames of a zoom of ``len(zooms) + 1`` levels, each ``height`` x ``width`` pixels.

    ``zooms[i]`` (over 1) is the magnification of level ``i + 1`` over level ``i``; ``focus[i]``
    is that child's centre ``(x, y)`` in its parent's frame, from 0 (left, top) to 1 (right,
    bottom); the middle where it is not given. Level 0 is the widest.

    ``closed`` makes a ring of ``len(zooms)`` levels: the last factor and focus lead from the
    deepest level back to level 0, which lies in it. Every level is then deeper than every other,
    and than itself; "from level 5 to level 2" goes on over the ring's end.

    Raises ``ValueError`` where a child would not be magnified or would leave its parent, and for a
    ring of one level, or that magnifies less than 4 times in all.

    Differs from Wang et al. (2023), section 3: they take one integer factor and the middle; here
    both are real numbers, per level.
    """

    height: int
    width: int
    zooms: tuple[float, ...]
    focus: tuple[tuple[float, float], ...] = ()
    closed: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "zooms", tuple(float(p) for p in self.zooms))
        object.__setattr__(self, "focus", tuple((float(x), float(y)) for x, y in self.focus))
        if not self.focus:
            object.__setattr__(self, "focus", (MIDDLE,) * len(self.zooms))
        self._check()

    def _check(self) -> None:
        if self.height < 1 or self.width < 1:
            raise ValueError(
                f"A level of {self.width} x {self.height} pixels has no picture; "
                "give a width and a height of at least 1."
            )
        if len(self.focus) != len(self.zooms):
            raise ValueError(
                f"{len(self.zooms)} zooms need {len(self.zooms)} focus points, not "
                f"{len(self.focus)}; give one (x, y) per zoom, or none for the middle."
            )
        check_ladder(self.zooms, self.focus, self.closed)

    @property
    def levels(self) -> int:
        return len(self.zooms) + (0 if self.closed else 1)

    @cached_property
    def octaves(self) -> tuple[float, ...]:
        """log2 of each level's magnification over level 0: no depth overflows it."""
        return tuple(accumulate(map(math.log2, self.zooms), initial=0.0))[: self.levels]

    @cached_property
    def turn(self) -> float:
        """log2 of what a whole ring magnifies: 0 of a ladder with an end."""
        return sum(map(math.log2, self.zooms)) if self.closed else 0.0

    @property
    def neighbours(self) -> tuple[tuple[int, int], ...]:
        """Each level with the next deeper one, (parent, child), widest first.

        The deepest has none; in a ring it has level 0.
        """
        return tuple((level, (level + 1) % self.levels) for level in range(len(self.zooms)))

    def way(self, parent: int, child: int) -> tuple[tuple[int, int], ...]:
        """The neighbours passed from level ``parent`` down to the deeper ``child``, widest first.

        None where there is no way down. In a ring there always is one; from a level to itself it
        is a whole turn.
        """
        if not self.closed:
            return self.neighbours[parent:child]
        steps = (child - parent - 1) % self.levels + 1
        return (2 * self.neighbours)[parent : parent + steps]

    def higher(self, level: int) -> tuple[int, ...]:
        """The levels that are wider than ``level``, widest first; in a ring all others."""
        around = range(level + 1, self.levels) if self.closed else ()
        return (*around, *range(level))

    def above(self, level: int) -> tuple[float, ...]:
        """How many octaves wider each level is that is wider than ``level``, widest first.

        In a ring those are all others.
        """
        at = self.octaves
        higher = [self.turn + at[level] - at[wider] for wider in range(level + 1, self.levels)]
        around = higher if self.closed else []
        return (*around, *(at[level] - at[wider] for wider in range(level)))

    def wider(self, level: int, other: int) -> bool:
        """Whether ``level`` is wider than ``other``; in a ring, whether that is the shorter way."""
        if not self.closed:
            return level < other
        down = (self.octaves[other] - self.octaves[level]) % self.turn
        return 0 < down <= self.turn / 2

    def placement(self, parent: int, child: int) -> tuple[Placement, Placement]:
        """How the deeper level ``child`` sits in level ``parent``: (rows, columns)."""
        (first, _), *rest = self.way(parent, child)
        rows, columns = self._below(first)
        for level, _ in rest:
            deeper_rows, deeper_columns = self._below(level)
            rows, columns = rows.inside(deeper_rows), columns.inside(deeper_columns)
        return rows, columns

    def _below(self, parent: int) -> tuple[Placement, Placement]:
        zoom, (x, y) = self.zooms[parent], self.focus[parent]
        return (
            Placement(self.height, zoom, (y - 0.5 / zoom) * self.height),
            Placement(self.width, zoom, (x - 0.5 / zoom) * self.width),
        )

    def resized(self, height: int, width: int) -> Geometry:
        """The same frames on another pixel grid."""
        return replace(self, height=height, width=width)


def check_ladder(
    zooms: Sequence[float], focus: Sequence[tuple[float, float]], closed: bool = False
) -> None:
    """Raise ``ValueError`` unless every level lies in the one above, and a ring comes round."""
    for level, (zoom, (x, y)) in enumerate(zip(zooms, focus, strict=True), start=1):
        check_child(0 if closed and level == len(zooms) else level, zoom, x, y)
    if closed and len(zooms) < 2:
        raise ValueError(
            "A closed ladder has one level, which would lie in itself; give it at least 2."
        )
    if closed and math.prod(zooms) < LEAST_TURN:
        raise ValueError(
            f"A closed ladder magnifies {math.prod(zooms):.3g} times in one turn, so each level "
            f"would show itself nearly as large as it is; give it {LEAST_TURN:g} times or more, "
            "by more levels or larger zoom factors."
        )


def check_child(level: int, zoom: float, x: float, y: float) -> None:
    """Raise ``ValueError`` unless level ``level``'s frame is smaller than its parent and inside."""
    if not (math.isfinite(zoom) and zoom > 1):
        raise ValueError(
            f"Level {level} has a zoom factor of {zoom:g}; it must be a number over 1, such as 2."
        )
    reach = 0.5 / zoom
    for name, centre in (("x", x), ("y", y)):
        if not (math.isfinite(centre) and reach - TOUCH <= centre <= 1 - reach + TOUCH):
            raise ValueError(
                f"Level {level} would leave the level above it: at a zoom factor of {zoom:g} its "
                f"focus {name} must lie from {reach:.4g} to {1 - reach:.4g}, not at {centre:g}. "
                "Move the focus inwards or zoom in further."
            )
