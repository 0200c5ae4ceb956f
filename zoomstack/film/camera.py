"""Where the camera looks at a depth: a smooth course through every level's frame.

On a pure zoom the centre is linear in the width of the view, w = 1 / magnification, and its slope
is the screen's still point, the *focus of expansion*. The course is therefore a curve in w whose
slope (and the slope's first derivative) is continuous where the levels meet, though their focus
differs; where the focus stays the same it is the pure zoom.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ..scene.geometry import Geometry, Placement
from .path import Depth

# The checks of "stays inside level 0" look at this many views between two levels.
CHECKS = 33
SLACK = 1e-9


class Span(NamedTuple):
    """One axis of a view in a level's frame, which is [0, 1]: its first and last edge."""

    first: float
    last: float

    @property
    def size(self) -> float:
        return self.last - self.first

    @property
    def inside(self) -> bool:
        return self.first >= -SLACK and self.last <= 1 + SLACK

    def middle(self, share: float) -> Span:
        """The middle ``share`` of the view."""
        margin = self.size * (1 - share) / 2
        return Span(self.first + margin, self.last - margin)

    def from_child(self, child: Placement) -> Span:
        """The same view, from the child's frame into its parent's."""
        left = child.left / child.size
        return Span(left + self.first / child.zoom, left + self.last / child.zoom)

    def to_child(self, child: Placement) -> Span:
        """The same view, from the parent's frame into the child's."""
        left = child.left / child.size
        return Span((self.first - left) * child.zoom, (self.last - left) * child.zoom)


class Drift(NamedTuple):
    """One axis between two levels: the focus of expansion, from the screen's middle.

    It goes from ``start`` to ``end`` with a mean of ``mean`` over the shrinking width, and rests
    at both ends.
    """

    zoom: float
    start: float
    mean: float
    end: float

    def centre(self, offset: float) -> float:
        """The view's centre in the wider level's frame at ``offset`` levels below it."""
        whole = -math.expm1(-math.log(self.zoom))
        g = -math.expm1(-math.log(self.zoom) * offset) / whole
        # The integrals of smoothstep and of g^2 (1 - g)^2, which is 1/30 over the whole way.
        step = g**3 - g**4 / 2
        bump = g**3 / 3 - g**4 / 2 + g**5 / 5
        correction = 30 * (self.mean - (self.start + self.end) / 2)
        travelled = self.start * g + (self.end - self.start) * step + correction * bump
        return 0.5 + whole * travelled


@dataclass(frozen=True)
class Camera:
    """The camera of a geometry: at a whole depth it sees exactly that level's frame.

    It never looks outside the widest level, but may leave a deeper one a little on a bend, where
    the levels above show what is there.
    """

    geometry: Geometry

    def view(self, depth: Depth) -> tuple[Span, Span]:
        """What the camera sees at ``depth`` in level ``depth.level``'s frame (rows, columns).

        Raises ``ValueError`` where the stack has no such depth.
        """
        deepest, (level, offset) = self.geometry.levels - 1, depth
        if not (0 <= level <= deepest and 0 <= offset < 1) or (level == deepest and offset > 0):
            raise ValueError(
                f"Depth {level} + {offset:g} is outside this stack: its depths go from 0 to "
                f"{deepest}, the deepest level. Make the path from this stack's own zooms."
            )
        if offset == 0:
            return Span(0.0, 1.0), Span(0.0, 1.0)
        rows, columns = (self._span(axis, level, offset) for axis in (1, 0))
        return rows, columns

    def _span(self, axis: int, level: int, offset: float) -> Span:
        drift, (before, after) = self._courses[axis][level], self._rooms[axis][level]
        half = drift.zoom**-offset / 2
        # The course is bent to stay inside; this only takes away what rounding leaves.
        centre = min(max(drift.centre(offset), half - before), 1 + after - half)
        return Span(centre - half, centre + half)

    @cached_property
    def _rooms(self) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
        g = self.geometry
        return rooms(g.zooms, [f[0] for f in g.focus]), rooms(g.zooms, [f[1] for f in g.focus])

    @cached_property
    def _courses(self) -> tuple[list[Drift], list[Drift]]:
        g = self.geometry
        x, y = ([f[axis] for f in g.focus] for axis in (0, 1))
        return course(g.zooms, x, self._rooms[0]), course(g.zooms, y, self._rooms[1])


def rooms(zooms: tuple[float, ...], focus: list[float]) -> list[tuple[float, float]]:
    """How far level 0 reaches beyond each level's frame, before and after, in that frame."""
    before, after, found = 0.0, 0.0, []
    for zoom, at in zip(zooms, focus, strict=True):
        found.append((before, after))
        before = min(1e9, max(0.0, (before + at) * zoom - 0.5))
        after = min(1e9, max(0.0, (after + 1 - at) * zoom - 0.5))
    return found


def course(
    zooms: tuple[float, ...], focus: list[float], room: list[tuple[float, float]]
) -> list[Drift]:
    """One axis of the whole course, bent no more than level 0's borders allow."""
    strict: set[int] = set()
    while True:
        drifts = bend(zooms, focus, strict)
        leaving = {i for i, d in enumerate(drifts) if leaves(d, *room[i])} - strict
        if not leaving:
            return drifts
        strict |= leaving


def bend(zooms: tuple[float, ...], focus: list[float], strict: set[int]) -> list[Drift]:
    """The course whose focus of expansion at each level is the mean of those on either side.

    A focus of expansion that stays on the screen keeps the view inside the frame it zooms out of;
    so it moves from a pure zoom's by no more than the room there is to the screen's border, where
    both sides can have that; the ``strict`` ones always do.
    """
    means = [(at - 0.5) / (1 - 1 / zoom) for at, zoom in zip(focus, zooms, strict=True)]
    slack = [max(0.0, 0.5 - abs(mean)) for mean in means]

    def held(value: float, level: int) -> float:
        return min(max(value, means[level] - slack[level]), means[level] + slack[level])

    knots = []
    for above in range(len(means) - 1):
        value = (means[above] + means[above + 1]) / 2
        low = max(means[i] - slack[i] for i in (above, above + 1))
        high = min(means[i] + slack[i] for i in (above, above + 1))
        value = min(max(value, low), high) if low <= high else (low + high) / 2
        for level in (above + 1, above):
            value = held(value, level) if level in strict else value
        knots.append(value)
    if not means:
        return []
    first, last = (knots[0], knots[-1]) if knots else (means[0], means[0])
    knots = [
        held(2 * means[0] - first, 0),
        *knots,
        held(2 * means[-1] - last, len(means) - 1),
    ]
    return [Drift(zoom, knots[i], means[i], knots[i + 1]) for i, zoom in enumerate(zooms)]


def leaves(drift: Drift, before: float, after: float) -> bool:
    """Whether the view, on its way, reaches beyond a frame with that room around it."""
    for check in range(1, CHECKS):
        offset = check / CHECKS
        half, centre = drift.zoom**-offset / 2, drift.centre(offset)
        if centre - half < -before - SLACK or centre + half > 1 + after + SLACK:
            return True
    return False
