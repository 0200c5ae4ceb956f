"""A line of a table of ``bench space``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Line(NamedTuple):
    """What was measured of a way on a ladder; all three by their names."""

    table: str
    ladder: str
    way: str
    numbers: Mapping[str, float]
