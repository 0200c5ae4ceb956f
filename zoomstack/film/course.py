"""The course of a camera, one axis: a curve whose slope is smooth where levels meet.

On a pure zoom the centre is linear in the width of the view, w = 1 / magnification, and its slope
is the screen's still point, the *focus of expansion*. The course is therefore a curve in w whose
slope (and the slope's first derivative) is continuous where the levels meet, though their focus
differs; where the focus stays the same it is the pure zoom. The course of a ring is periodic.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ..scene.span import SLACK

# A ring has no widest level: so many turns out is as far as anybody looks, which is 4^8 times wider
# than any view at least.
TURNS = 8
# The checks of "stays inside level 0" look at this many views between two levels.
CHECKS = 33


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


def course(
    zooms: tuple[float, ...],
    focus: list[float],
    room: list[tuple[float, float]],
    closed: bool = False,
) -> list[Drift]:
    """One axis of the whole course, bent no more than the borders in ``room`` allow."""
    strict: set[int] = set()
    while True:
        drifts = bend(zooms, focus, strict, closed)
        leaving = {i for i, d in enumerate(drifts) if strays(d, *room[i])} - strict
        if not leaving:
            return drifts
        strict |= leaving


def rooms(
    zooms: tuple[float, ...], focus: list[float], closed: bool = False
) -> list[tuple[float, float]]:
    """How far the widest level reaches beyond each level's frame, before and after, in that frame.

    That is level 0; in a ring it is level 0 of ``TURNS`` turns before.
    """
    before, after, found = 0.0, 0.0, []
    for _ in range(TURNS + 1 if closed else 1):
        found.clear()
        for zoom, at in zip(zooms, focus, strict=True):
            found.append((before, after))
            before = min(1e9, max(0.0, (before + at) * zoom - 0.5))
            after = min(1e9, max(0.0, (after + 1 - at) * zoom - 0.5))
    return found


def bend(
    zooms: tuple[float, ...], focus: list[float], strict: set[int], closed: bool = False
) -> list[Drift]:
    """The course whose focus of expansion at each level is the mean of those on either side.

    A focus of expansion that stays on the screen keeps the view inside the frame it zooms out of;
    so it moves from a pure zoom's by no more than the room there is to the screen's border, where
    both sides can have that; the ``strict`` ones always do. A ring's last level and its first are
    neighbours like any others.
    """
    means = [(at - 0.5) / (1 - 1 / zoom) for at, zoom in zip(focus, zooms, strict=True)]
    slack = [max(0.0, 0.5 - abs(mean)) for mean in means]

    def held(value: float, level: int) -> float:
        return min(max(value, means[level] - slack[level]), means[level] + slack[level])

    def knot(above: int, below: int) -> float:
        value = (means[above] + means[below]) / 2
        low = max(means[i] - slack[i] for i in (above, below))
        high = min(means[i] + slack[i] for i in (above, below))
        value = min(max(value, low), high) if low <= high else (low + high) / 2
        for level in (below, above):
            value = held(value, level) if level in strict else value
        return value

    if not means:
        return []
    knots = [knot(above, above + 1) for above in range(len(means) - 1)]
    if closed:
        seam = knot(len(means) - 1, 0)
        knots = [seam, *knots, seam]
    else:
        first, last = (knots[0], knots[-1]) if knots else (means[0], means[0])
        knots = [
            held(2 * means[0] - first, 0),
            *knots,
            held(2 * means[-1] - last, len(means) - 1),
        ]
    return [Drift(zoom, knots[i], means[i], knots[i + 1]) for i, zoom in enumerate(zooms)]


def strays(drift: Drift, before: float, after: float) -> bool:
    """Whether the view, on its way, reaches beyond a frame with that room around it."""
    for check in range(1, CHECKS):
        offset = check / CHECKS
        half, centre = drift.zoom**-offset / 2, drift.centre(offset)
        if centre - half < -before - SLACK or centre + half > 1 + after + SLACK:
            return True
    return False
