"""The levels laid over each other once, upright: what a turned or an open-shuttered frame sees.

A frame of two levels is two pictures and their soft edges. To turn or to smear each of them would
be twice the work, so they are first laid over each other where nothing turns: on the pixels of the
deepest of them, which stay as they are, or on the frame's own where those are finer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

from torch import Tensor

from ..linear.turned import look_turned
from ..scene.depth import Depth
from ..scene.geometry import TOUCH, Geometry
from ..scene.span import Span
from .layers import composed, layers_of, narrowing
from .shot import Turn, View

MARGIN = 4  # pixels around what is seen, for the kernel that sees it
STEP = 2.0  # pixels between two places of a smear, at most: less is more passes, and less sharp


class Plate(NamedTuple):
    """``picture`` (C, h, w), whose place z is ``where(z)`` of the upright frame."""

    picture: Tensor
    where: Turn

    @property
    def size(self) -> tuple[int, int]:
        return self.picture.shape[1], self.picture.shape[2]

    def seen(self, through: Turn, size: tuple[int, int], shift: float = 0.0) -> Tensor:
        """What ``size`` pixels see whose place z on the screen is ``through(z)`` of the frame."""
        view = self.where.back.after(through)
        return look_turned(
            self.picture, size, view(complex(size[1], size[0]) / 2 + shift), view.factor
        )

    def smeared(self, whole: Turn, longest: float) -> tuple[Plate, int]:
        """The mean of what lies along the way of ``whole``, which shrinks, from every place on.

        ``longest`` is the longest way, in pixels of the frame. Twice as many places at every step:
        what is smeared over one of them is laid over itself at the next. Also how many they are,
        evenly from each place itself on.
        """
        longest /= abs(self.where.factor)
        doublings = max(0, math.ceil(math.log2(max(longest / STEP, 1e-9))))
        picture, count = self.picture, 2**doublings
        for step in range(doublings):
            part = whole.part(2**step / count)
            here = self.where.back.after(part).after(self.where)
            middle = complex(self.size[1], self.size[0]) / 2
            further = look_turned(picture, self.size, here(middle), here.factor)
            picture = further.add_(picture).div_(2)
        return Plate(picture, self.where), count


def plate(
    geometry: Geometry,
    depth: Depth,
    upright: View,
    size: tuple[int, int],
    places: Iterable[complex],
    widest: View,
    level: Callable[[int], Tensor],
    fade: float,
    feather: float,
) -> Plate:
    """The levels around ``places`` of the upright frame of ``size``, which shows ``upright``.

    The view is in the frame of ``depth.level``, and so is ``widest``, beyond which nothing lies;
    ``level(i)`` is a level, (C, H, W).
    """
    finest = upright
    if depth.offset > 0:
        child = geometry.neighbours[depth.level][1]
        finest = tuple(map(Span.to_child, upright, geometry.placement(depth.level, child)))
    xs, ys = zip(*((z.real, z.imag) for z in places), strict=True)
    high, wide = (
        _axis(fine, count, length, min(at), max(at), _part(span, count, limit))
        for fine, count, length, at, span, limit in zip(
            finest, size, (geometry.height, geometry.width), (ys, xs), upright, widest, strict=True
        )
    )
    seen = [
        Span(*(span.first + edge / count * span.size for edge in (axis.first, axis.last)))
        for span, count, axis in zip(upright, size, (high, wide), strict=True)
    ]
    picture = composed(
        layers_of(geometry, depth, seen[0], seen[1], fade),
        level,
        (high.pixels, wide.pixels),
        lambda span: narrowing(span, feather),
    )
    pitch = (wide.last - wide.first) / wide.pixels
    return Plate(picture, Turn(complex(pitch), complex(wide.first, high.first)))


class _Axis(NamedTuple):
    """So many pixels of a plate, from ``first`` to ``last`` of the frame's."""

    first: float
    last: float
    pixels: int


def _part(upright: Span, count: int, limit: Span) -> tuple[float, float]:
    """Where ``limit`` begins and ends, in pixels of a frame of ``count`` that shows ``upright``."""
    first, last = ((edge - upright.first) / upright.size * count for edge in limit)
    return first, last


def _axis(
    finest: Span, count: int, length: int, low: float, high: float, limit: tuple[float, float]
) -> _Axis:
    """The pixels from ``low`` to ``high`` of a frame of ``count``, which shows ``finest``.

    Those of the level of ``length`` pixels where the frame has not fewer, else the frame's own;
    none beyond ``limit``.
    """
    fine = finest.size * length / count  # of the level's pixels, in one of the frame
    offset, fine = (finest.first * length, fine) if fine <= 1 else (0.0, 1.0)
    # What lies beyond the limit by rounding is inside of it.
    first, stop = (offset + edge * fine for edge in limit)
    first = max(math.floor(offset + low * fine) - MARGIN, math.ceil(first - TOUCH))
    last = min(math.ceil(offset + high * fine) + MARGIN, math.floor(stop + TOUCH))
    return _Axis((first - offset) / fine, (last - offset) / fine, last - first)
