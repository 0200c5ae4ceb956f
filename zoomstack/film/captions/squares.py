"""Two nested squares, as in the film of 1977: each a power of ten wide, where the camera will be.

A square's middle is what the camera looks at where its view is as wide as the square.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterator
from dataclasses import dataclass

from ...linear.smooth import smoothstep
from ...scene.depth import Depth
from ...scene.geometry import Geometry
from ...scene.span import Span
from ..camera import Camera
from ..film import Film
from ..overlay import Patch
from ..roll import rolled
from .stamp import box, stamp

# Of the frame's shorter side: a square comes and goes between the first two and the last two sizes.
SMALL, SEEN, LARGE, LEAVES = 0.02, 0.05, 0.8, 0.97
LINE = 0.003  # of the frame's height: how wide its lines are


@dataclass(frozen=True)
class Square:
    """Its middle and its side, in pixels of a frame, and how visible it is."""

    row: float
    column: float
    side: float
    opacity: float


class Squares:
    """The squares of ``film``, at the powers of ten of whatever its views' widths are in."""

    def __init__(self, film: Film) -> None:
        self.film = film
        self.camera = Camera(film.geometry)

    def at(self, number: int, wide: float) -> Iterator[Patch]:
        """The patches over frame ``number``, which is 10^``wide`` wide."""
        for square in self.seen(number, wide):
            yield from self._drawn(square)

    def seen(self, number: int, wide: float) -> Iterator[Square]:
        """The squares in frame ``number``, the larger first."""
        film = self.film
        short = min(film.height, film.width) / film.width
        for decade in range(math.floor(wide), math.floor(wide) - 4, -1):
            share = 10 ** (decade - wide)
            size = share / short
            if not SMALL < size < LEAVES:
                continue
            opacity = _step(size, SMALL, SEEN) * (1 - _step(size, LARGE, LEAVES))
            place = self._place(number, share)
            if place and opacity > 0:
                yield Square(*place, share * film.width, opacity)

    def _place(self, number: int, share: float) -> tuple[float, float] | None:
        """Where the camera looks when its view is ``share`` as wide, in pixels; None beyond all."""
        film, depth = self.film, self.film.path[number]
        there, way = deeper(film.geometry, depth, -math.log(share))
        if there is None:
            return None
        middles = []
        for axis, span in enumerate(self.camera.view(there)):
            middle = Span((span.first + span.last) / 2, (span.first + span.last) / 2)
            for pair in reversed(way):
                middle = middle.from_child(film.geometry.placement(*pair)[axis])
            middles.append(middle.first)
        seen = zip(film.view(number), (film.height, film.width), middles, strict=True)
        row, column = ((at - view.first) / view.size * pixels for view, pixels, at in seen)
        if not film.roll:
            return row, column
        # A square stays upright; its middle turns with the picture.
        middle = complex(film.width, film.height) / 2
        turned = cmath.exp(2j * math.pi * rolled(film.path, film.roll, number))
        place = middle + (complex(column, row) - middle) * turned
        return place.imag, place.real

    def _drawn(self, square: Square) -> Iterator[Patch]:
        film = self.film
        thick, half = max(1.0, LINE * film.height), square.side / 2
        top, bottom = square.row - half, square.row + half
        left, right = square.column - half, square.column + half
        sides = (
            ((top - thick, top), (left - thick, right + thick)),
            ((bottom, bottom + thick), (left - thick, right + thick)),
            ((top, bottom), (left - thick, left)),
            ((top, bottom), (right, right + thick)),
        )
        for rows, columns in sides:
            ink, row, column = box(rows, columns, thick / 2)
            patch = stamp(ink, row, column, film.height, film.width, film.levels.device)
            if patch:
                yield Patch(patch.row, patch.column, patch.rgb, patch.alpha, square.opacity)


def deeper(
    geometry: Geometry, depth: Depth, log: float
) -> tuple[Depth | None, tuple[tuple[int, int], ...]]:
    """The depth magnified e^``log`` times more than ``depth``, and the neighbours on the way.

    None where the zoom ends before.
    """
    level, offset = depth
    ahead = log + (offset * math.log(geometry.zooms[level]) if offset else 0.0)
    way = []
    while True:
        if level >= len(geometry.zooms):
            return (Depth(level) if ahead <= 1e-9 else None), tuple(way)
        step = math.log(geometry.zooms[level])
        if ahead < step:
            return Depth(level, ahead / step), tuple(way)
        way.append((level, (level + 1) % geometry.levels))
        ahead -= step
        level = way[-1][1]


def _step(value: float, start: float, end: float) -> float:
    return smoothstep(min(1.0, max(0.0, (value - start) / (end - start))))
