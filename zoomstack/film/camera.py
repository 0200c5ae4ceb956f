"""Where the camera looks at a depth: a smooth course through every level's frame.

On a pure zoom the centre is linear in the width of the view, w = 1 / magnification, and its slope
is the screen's still point, the *focus of expansion*. The course is therefore a curve in w whose
slope (and the slope's first derivative) is continuous where the levels meet, though their focus
differs; where the focus stays the same it is the pure zoom.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..scene.depth import Depth
from ..scene.geometry import Geometry
from ..scene.span import Span
from .course import Drift, course, rooms


@dataclass(frozen=True)
class Camera:
    """The camera of a geometry: at a whole depth it sees exactly that level's frame.

    In a ring there is a depth between the last level and level 0 as well, and the course goes on
    over it as over any other. It never looks outside the widest level, but may leave a deeper one
    a little on a bend, where the levels above show what is there.
    """

    geometry: Geometry

    def view(self, depth: Depth) -> tuple[Span, Span]:
        """What the camera sees at ``depth`` in level ``depth.level``'s frame (rows, columns).

        Raises ``ValueError`` where the stack has no such depth.
        """
        deepest, (level, offset) = self.geometry.levels - 1, depth
        ends = not self.geometry.closed and level == deepest
        if not (0 <= level <= deepest and 0 <= offset < 1) or (ends and offset > 0):
            beyond = ", and from there back to 0" if self.geometry.closed else ""
            raise ValueError(
                f"Depth {level} + {offset:g} is outside this stack: its depths go from 0 to "
                f"{deepest}, the deepest level{beyond}. Make the path from this stack's own "
                "geometry (Path.through)."
            )
        if offset == 0:
            return Span(0.0, 1.0), Span(0.0, 1.0)
        rows, columns = (self._span(axis, level, offset) for axis in (1, 0))
        return rows, columns

    def widest(self, level: int) -> tuple[Span, Span]:
        """All that there is around ``level``, in its frame (rows, columns): at most 10^9 of it.

        That is level 0; in a ring it is a level of ``course.TURNS`` turns before.
        """
        g, found = self.geometry, []
        # One zoom more than there are, for the deepest level's own room; a ring has it already.
        zooms, more = (g.zooms, ()) if g.closed else ((*g.zooms, 2.0), (0.5,))
        for axis in (1, 0):
            focus = [at[axis] for at in g.focus]
            before, after = rooms(zooms, [*focus, *more], g.closed)[level]
            found.append(Span(-before, 1 + after))
        return found[0], found[1]

    def _span(self, axis: int, level: int, offset: float) -> Span:
        drift, (before, after) = self._courses[axis][level], self._rooms[axis][level]
        half = drift.zoom**-offset / 2
        # The course is bent to stay inside; this only takes away what rounding leaves.
        centre = min(max(drift.centre(offset), half - before), 1 + after - half)
        return Span(centre - half, centre + half)

    @cached_property
    def _rooms(self) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
        g = self.geometry
        columns, rows = (rooms(g.zooms, [f[axis] for f in g.focus], g.closed) for axis in (0, 1))
        return columns, rows

    @cached_property
    def _courses(self) -> tuple[list[Drift], list[Drift]]:
        g = self.geometry
        columns, rows = (
            course(g.zooms, [f[axis] for f in g.focus], self._rooms[axis], g.closed)
            for axis in (0, 1)
        )
        return columns, rows


def cropped(
    geometry: Geometry, view: tuple[Span, Span], size: tuple[int, int]
) -> tuple[Span, Span]:
    """The middle of ``view`` that a frame of ``size``, (rows, columns), shows: all it can."""
    rows, columns = view
    aspect = (size[1] * geometry.height) / (size[0] * geometry.width)
    return rows.middle(min(1.0, 1 / aspect)), columns.middle(min(1.0, aspect))
