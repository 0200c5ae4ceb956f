"""One frame as a camera takes it that rolls, or whose shutter stays open.

Places are complex numbers, x + iy, in pixels of the *upright* frame at the middle of the exposure,
whose first pixel is from 0 to 1. A camera that zooms and rolls maps them by similarities.
"""

from __future__ import annotations

import cmath
import math
from typing import NamedTuple

from ..scene.depth import Depth
from ..scene.geometry import Geometry
from ..scene.span import Span

View = tuple[Span, Span]


class Moment(NamedTuple):
    """Where the camera is: how deep, and how far the picture has turned, in turns, clockwise."""

    depth: Depth
    roll: float = 0.0


class Shot(NamedTuple):
    """A frame's exposure: its middle, and when the shutter opens and closes."""

    middle: Moment
    opened: Moment
    closed: Moment


class Turn(NamedTuple):
    """A similarity of the plane: z to ``factor * z + to``."""

    factor: complex
    to: complex

    def __call__(self, z: complex) -> complex:
        return self.factor * z + self.to

    def after(self, first: Turn) -> Turn:
        """This one of where ``first`` leads."""
        return Turn(self.factor * first.factor, self(first.to))

    @property
    def back(self) -> Turn:
        return Turn(1 / self.factor, -self.to / self.factor)

    def part(self, share: float) -> Turn:
        """What makes this one when it is done 1 / ``share`` times: evenly in log magnification.

        Both have the same still place; where there is none, all is moved along a line.
        """
        if self.factor == 1:
            return Turn(self.factor, self.to * share)
        factor = cmath.exp(cmath.log(self.factor) * share)
        return Turn(factor, self.to * (1 - factor) / (1 - self.factor))


def screen(moment: Moment, view: View, upright: View, size: tuple[int, int]) -> Turn:
    """From places on the screen at ``moment`` to those of the upright frame.

    ``view`` is what the camera sees then but for its roll, and ``upright`` what that frame shows,
    both in one level's frame; ``size`` is the screen's, (rows, columns).
    """
    height, width = size
    rows, columns = upright
    to = complex(
        (view[1].first - columns.first) / columns.size * width,
        (view[0].first - rows.first) / rows.size * height,
    )
    middle = complex(width, height) / 2
    # A picture that turns clockwise is seen by a camera that turns the other way.
    turned = cmath.exp(-2j * math.pi * moment.roll) if moment.roll else complex(1)
    roll = Turn(turned, middle - turned * middle)
    return Turn(complex(view[1].size / columns.size), to).after(roll)


def carried(view: View, geometry: Geometry, level: int, other: int) -> View:
    """What is seen in ``level``'s frame, in that of ``other``; in a ring by the shorter way.

    The shorter way is the one on which the view's own size changes less from [0, 1].
    """
    if level == other:
        return view
    ways = []
    if geometry.closed or other < level:
        ways.append(tuple(map(Span.from_child, view, geometry.placement(other, level))))
    if geometry.closed or other > level:
        ways.append(tuple(map(Span.to_child, view, geometry.placement(level, other))))
    rows, columns = min(ways, key=lambda way: abs(math.log(way[0].size)))
    return rows, columns


def corners(size: tuple[int, int]) -> tuple[complex, ...]:
    """Those of the screen."""
    height, width = size
    return 0j, complex(width), complex(0, height), complex(width, height)
