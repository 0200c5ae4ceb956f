"""How deep a view is in a zoom: a whole level, and the way to the next."""

from __future__ import annotations

from typing import NamedTuple

# A frame this close to a level (in levels) is that level, not a resampling of it.
SNAP = 1e-9


class Depth(NamedTuple):
    """Where the camera is: ``zooms[level] ** offset`` times further in than level ``level``.

    The level is a whole number and ``0 <= offset < 1``, so depth costs no precision.
    """

    level: int
    offset: float = 0.0
