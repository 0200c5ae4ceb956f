"""Lengths as people write them, from femtometres to light years."""

from __future__ import annotations

import math
import re

LIGHT_YEAR = 9.4607304725808e15
UNITS = {
    "fm": 1e-15, "pm": 1e-12, "nm": 1e-9, "um": 1e-6, "\N{MICRO SIGN}m": 1e-6,
    "\N{GREEK SMALL LETTER MU}m": 1e-6, "mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3,
    "au": 1.495978707e11, "ly": LIGHT_YEAR, "light year": LIGHT_YEAR, "light years": LIGHT_YEAR,
}  # fmt: skip
_LENGTH = re.compile(r"([0-9.]+(?:e[+-]?[0-9]+)?)\s*(.*)")


def metres(text: str) -> float:
    """The metres in ``text``: "12700 km", "3e-6", "100000 light years"; 0 where it is empty.

    Raises ``ValueError`` where it is no length.
    """
    words = " ".join(text.lower().split())
    if not words:
        return 0.0
    match = _LENGTH.fullmatch(words)
    try:
        length = float(match[1]) * UNITS[match[2] or "m"] if match else math.nan
    except (ValueError, KeyError):
        length = math.nan
    if not math.isfinite(length):
        raise ValueError(
            f"{text!r} is no length; write a number and a unit, such as 12700 km, 5 um or "
            "100000 light years. Without a unit it is metres."
        )
    return length
