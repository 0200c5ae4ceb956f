"""Lengths as people write them, from femtometres to light years."""

from __future__ import annotations

import math
import re

from ..scene.reading.scales import scale_at

LIGHT_YEAR = 9.4607304725808e15
UNITS = {
    "fm": 1e-15, "pm": 1e-12, "nm": 1e-9, "um": 1e-6, "\N{MICRO SIGN}m": 1e-6,
    "\N{GREEK SMALL LETTER MU}m": 1e-6, "mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3,
    "au": 1.495978707e11, "ly": LIGHT_YEAR, "light year": LIGHT_YEAR, "light years": LIGHT_YEAR,
}  # fmt: skip
_LENGTH = re.compile(rf"(.*?)\s*({'|'.join(sorted(UNITS, key=len, reverse=True))})?")
_PLAIN = re.compile(r"[0-9.]+(?:e[+-]?[0-9]+)?")


def metres(text: str) -> float:
    """The metres in ``text``: "12700 km", "3e-6", "100000 light years"; 0 where it is empty.

    Numbers also as films and ladders show them: "12,700 km", "10 000 km", "10^7 m". Raises
    ``ValueError`` where it is no length.
    """
    words = " ".join(text.lower().split())
    if not words:
        return 0.0
    match = _LENGTH.fullmatch(words)
    length = _number(match[1]) * UNITS[match[2] or "m"] if match else math.nan
    if not math.isfinite(length):
        raise ValueError(
            f"{text!r} is no length; write a number and a unit, such as 12700 km, 5 um or "
            "100000 light years. Without a unit it is metres."
        )
    return length


def _number(text: str) -> float:
    """NaN for what is none."""
    if _PLAIN.fullmatch(text):
        try:
            return float(text)
        except ValueError:  # 1.2.3
            return math.nan
    metre = f"{text} m"
    scale = scale_at(metre) if text[:1].isdigit() else None
    return scale.value if scale and scale.end == len(metre) else math.nan
