"""How far in a view is, and how wide it is, in words: "× 1,024", "2.4 km", "10³ m".

Everything is taken from logarithms, so no power of ten is too large. ``web/viewer/scale.mjs`` says
the same of the same numbers.
"""

from __future__ import annotations

import math
from typing import NamedTuple

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
TURN = 1e-9  # of a decade: what rounding leaves of a round number
_LIGHT_YEAR = 9.4607304725808e15
# The units that lengths are written in, and how many metres each is.
UNITS = (
    ("fm", 1e-15), ("pm", 1e-12), ("nm", 1e-9), ("µm", 1e-6), ("mm", 1e-3), ("m", 1.0),
    ("km", 1e3), ("AU", 1.495978707e11), ("light years", _LIGHT_YEAR),
    ("thousand light years", 1e3 * _LIGHT_YEAR), ("million light years", 1e6 * _LIGHT_YEAR),
    ("billion light years", 1e9 * _LIGHT_YEAR),
)  # fmt: skip


class Bar(NamedTuple):
    """A round length: the share of the view's width that it takes, and its name."""

    share: float
    name: str


def magnification(tens: float) -> str:
    """How many times a view magnifies the widest, from its log10: "× 2.4", "× 1,024", "× 1.6·10⁷".

    Wider views than the widest, which a ring has, are "× 0.25".
    """
    if -3 < tens < 0:
        value = 10**tens
        return f"× {_trimmed(value, 1 - math.floor(tens))}" if value < 0.995 else "× 1.0"
    return f"× {_number(tens, 6)}"


def length(tens: float) -> str:
    """A length of 10^``tens`` metres, two or three digits of it: "2.4 km", "12,700 km"."""
    unit, metres = _unit(tens)
    return f"{_number(tens - math.log10(metres), 9, 3)} {unit}"


def power(tens: float, unit: str = "") -> str:
    """The power of ten nearest to 10^``tens``, as printed: "10³ m", "10⁻⁹ m"."""
    return f"10{_raised(math.floor(tens + 0.5))} {unit}".rstrip()


def bar(tens: float, known: bool = True, most: float = 0.3) -> Bar:
    """The longest round length, 1, 2 or 5 times a power of ten, within ``most`` of a view's width.

    The view is 10^``tens`` metres wide; where that is not ``known``, as many times the widest view.
    """
    widest = tens + math.log10(most)
    unit, metres = _unit(widest) if known else ("", 1.0)
    within = widest - math.log10(metres)
    decade = math.floor(within + TURN)
    digit = next((d for d in (5, 2) if math.log10(d) <= within - decade + TURN), 1)
    share = 10 ** (decade + math.log10(digit) + math.log10(metres) - tens)
    name = f"{_round(digit, decade)} {unit}" if known else _of_widest(digit, decade)
    return Bar(share, name)


def _unit(tens: float) -> tuple[str, float]:
    return next((u for u in reversed(UNITS) if math.log10(u[1]) <= tens + TURN), UNITS[0])


def _number(tens: float, most: int, digits: int = 0) -> str:
    """10^``tens``: one decimal below 10, then whole, rounded to ``digits`` (0: every one).

    From 10^``most`` on, and below a tenth, as a digit or two and a power of ten.
    """
    if not -1 - TURN <= tens < most:
        decade = math.floor(tens + TURN)
        lead = math.floor(10 ** (tens - decade + 1) + 0.5)
        if lead >= 100:
            lead, decade = 10, decade + 1
        return f"{lead // 10}.{lead % 10}·10{_raised(decade)}"
    value = 10**tens
    if value < 9.95:
        tenths = math.floor(value * 10 + 0.5)
        return f"{tenths // 10}.{tenths % 10}"
    step = 10 ** max(0, math.floor(tens + TURN) + 1 - digits) if digits else 1
    return f"{math.floor(value / step + 0.5) * step:,}"


def _round(digit: int, decade: int) -> str:
    """``digit`` times a power of ten, whole."""
    return f"{digit * 10**decade:,}" if 0 <= decade < 9 else f"{digit}·10{_raised(decade)}"


def _of_widest(digit: int, decade: int) -> str:
    if decade >= 0:
        times = _round(digit, decade)
        return "the widest view" if times == "1" else f"{times} times the widest view"
    parts, noughts = {1: 1, 2: 5, 5: 2}[digit], -decade - (digit != 1)
    share = f"{digit}·10{_raised(decade)}" if noughts > 4 else f"1/{parts * 10**noughts:,}"
    return f"{share} of the widest view"


def _raised(number: int) -> str:
    return str(number).translate(RAISED)


def _trimmed(value: float, places: int) -> str:
    return f"{math.floor(value * 10**places + 0.5) / 10**places:g}"
