"""From what levels are said to show to how many times each magnifies the one above.

Models write totals ("1x, 10x, 100x"), or how wide each view is ("10^7 m, 10^6 m"): a level's factor
is the ratio to the one above. Numbers that do not rise ("10x, 10x, 10x") are factors themselves.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from .brackets import Rung
from .scales import POWER, TIMES, WIDTH, Scale

TOTALS = "The magnifications are totals"
WIDTHS = "The sizes are the widths of the views"
TURNED = "The deepest level comes first: the ladder is turned over"


class Factors(NamedTuple):
    """One factor a level, None where none is said; whether the deepest level comes first."""

    zooms: list[float | None]
    turned: bool = False
    note: str = ""


def factors(scales: list[list[Scale]]) -> Factors:
    """The factors of levels, each with all that is said of it, in the order that they have."""
    none: list[float | None] = [None] * len(scales)
    best, which = [], ""
    for kind in (TIMES, POWER, WIDTH):
        values = [next((s.value for s in said if s.kind == kind), None) for said in scales]
        if _known(values) > _known(best):
            best, which = values, kind
    if _known(best) == 0 or len(best) < 2:
        return Factors(none)
    if which == TIMES and best[0] is None:
        best = [1.0, *best[1:]]
    present = [value for value in best if value is not None]
    pairs = list(zip(present, present[1:], strict=False))
    rising = bool(pairs) and all(a < b for a, b in pairs)
    falling = bool(pairs) and all(a > b for a, b in pairs)
    whole = len(present) == len(best)
    if which != WIDTH and rising:
        return Factors(_ratios(best, deeper=1), note=f"{TOTALS}: each level's factor is the ratio")
    if which != TIMES and falling:
        return Factors(_ratios(best, deeper=0), note=f"{WIDTHS}: each level's factor is the ratio")
    if whole and (falling if which == TIMES else which == WIDTH and rising):
        turned = best[::-1]
        zooms = _ratios(turned, deeper=int(which == TIMES))
        return Factors(zooms, True, TURNED)
    if which == TIMES and all(value and value > 1 for value in best[1:]):
        return Factors([None, *map(_rounded, best[1:])], note="")
    return Factors(none, note="The sizes neither rise nor fall from level to level: left out")


def _known(values: list[float | None]) -> int:
    return sum(value is not None for value in values)


def _ratios(values: list[float | None], deeper: int) -> list[float | None]:
    zooms: list[float | None] = [None]
    for pair in zip(values, values[1:], strict=False):
        over, under = pair[deeper], pair[1 - deeper]
        zooms.append(None if over is None or under is None else _rounded(over / under))
    return zooms


def _rounded(value: float | None) -> float | None:
    # As many digits as rows write; and 1e-3 / 1e-4 is 10.
    zoom = None if value is None or value > 1e300 else math.floor(value * 1e4 + 0.5) / 1e4
    return zoom if zoom and zoom > 1 else None


def rungs_of(rungs: list[Rung], scales: list[list[Scale]]) -> tuple[list[Rung], list[str]]:
    """The rungs with the factors that scales say, widest first, and what is to be said of it."""
    own = any(rung.zoom is not None or rung.focus is not None for rung in rungs)
    made = factors(scales)
    notes = [made.note] if made.note else []
    if made.turned and own:
        made, notes = Factors([None] * len(rungs)), []
    placed = rungs[::-1] if made.turned else rungs
    return [
        rung._replace(zoom=zoom) if rung.zoom is None and zoom is not None else rung
        for rung, zoom in zip(placed, made.zooms, strict=True)
    ], notes
