"""How much a level is said to show: "100x", "10^3 m", "1,000 light-years", "10⁵"."""

from __future__ import annotations

import re
from typing import NamedTuple

from .letters import folded

TIMES, WIDTH, POWER = "times", "width", "power"

_LIGHT_YEAR, _PARSEC, _UNIT = 9.4607e15, 3.0857e16, 1.495978707e11
# In metres, by every way to write them, small.
UNITS = {
    **dict.fromkeys("m meter meters metre metres metro metros mètre mètres".split(), 1.0),
    **dict.fromkeys("km kilometer kilometers kilometre kilometres kilomètres".split(), 1e3),
    **dict.fromkeys("cm centimeter centimeters centimetre centimetres zentimeter".split(), 1e-2),
    **dict.fromkeys("dm decimeter decimeters dezimeter".split(), 1e-1),
    **dict.fromkeys("mm millimeter millimeters millimetre millimetres millimètres".split(), 1e-3),
    **dict.fromkeys(
        "µm μm um micron microns micrometer micrometers micrometre micrometres mikrometer".split(),
        1e-6,
    ),
    **dict.fromkeys("nm nanometer nanometers nanometre nanometres".split(), 1e-9),
    **dict.fromkeys("å angstrom angstroms angström ångström".split(), 1e-10),
    **dict.fromkeys("pm picometer picometers picometre picometres".split(), 1e-12),
    **dict.fromkeys("fm femtometer femtometers femtometre femtometres".split(), 1e-15),
    **dict.fromkeys("mile miles mi".split(), 1609.344),
    **dict.fromkeys("yd yard yards".split(), 0.9144),
    **dict.fromkeys("ft foot feet".split(), 0.3048),
    **dict.fromkeys("inch inches".split(), 0.0254),
    **dict.fromkeys(["au", "astronomical units", "astronomical unit"], _UNIT),
    **dict.fromkeys(
        ["ly", "light-year", "light-years", "light year", "light years", "lightyear", "lightyears"],
        _LIGHT_YEAR,
    ),
    **dict.fromkeys(["lichtjahr", "lichtjahre", "années-lumière", "année-lumière"], _LIGHT_YEAR),
    **dict.fromkeys("pc parsec parsecs".split(), _PARSEC),
    **dict.fromkeys("kpc kiloparsec kiloparsecs".split(), _PARSEC * 1e3),
    **dict.fromkeys("mpc megaparsec megaparsecs".split(), _PARSEC * 1e6),
    **dict.fromkeys("gpc gigaparsec gigaparsecs".split(), _PARSEC * 1e9),
    **{"米": 1.0, "公里": 1e3, "千米": 1e3, "厘米": 1e-2, "毫米": 1e-3, "微米": 1e-6, "纳米": 1e-9},
    **{"メートル": 1.0, "キロ": 1e3, "キロメートル": 1e3, "センチ": 1e-2, "ミリ": 1e-3},
    **{"光年": _LIGHT_YEAR, "м": 1.0, "км": 1e3, "см": 1e-2, "мм": 1e-3, "мкм": 1e-6, "нм": 1e-9},
}
_MANY = {
    **{"thousand": 1e3, "k": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12},
    **{"万": 1e4, "亿": 1e8, "億": 1e8},
}
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"

# A comma is that of a fraction where it cannot be that of thousands: "0,001 mm", "1,5 km".
_PLAIN = (
    r"0,[0-9]{1,24}|[0-9]{1,24},[0-9]{1,2}(?![0-9])|"
    r"[0-9]{1,3}(?:[,' ][0-9]{3}){1,8}(?![0-9])(?:\.[0-9]{1,9})?|[0-9]{1,24}(?:\.[0-9]{1,24})?"
)
_FRACTION = re.compile("(0|[0-9]+(?=,[0-9]{1,2}(?![0-9]))),")
_TEN = rf"10(?:\^[{{(]?([+-]?[0-9]{{1,3}})[)}}]?|\*\*([+-]?[0-9]{{1,3}})|([⁺⁻]?[{_RAISED}]{{1,3}}))"
_VALUE = (
    rf"\$?(?:(?:({_PLAIN}) ?[x×*·] ?)?{_TEN}|({_PLAIN})(?:e([+-]?[0-9]{{1,3}})(?![0-9a-z]))?)\$?"
)
_LEAD = (
    "(?:(?:total|cumulative|overall|zoom|scale|magnification|level|width|view|field of view|fov|at|"
    "about|approx\\.?|approximately|roughly|around|ca\\.?|circa)[ :=]{1,3}|[~≈=] ?){0,3}"
)
_FOLD = "(?:x|×|✕|✖|-?fold|times|倍|배)(?![a-z0-9])"
_WORDS = "(?: (?:zoom|magnification|magnified|total|scale|wide|across|view|field of view|in width))"
_UNITS = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_SCALE = re.compile(
    rf"{_LEAD}([x×✕] ?)?{_VALUE}(?: ?(thousand|million|billion|trillion|k(?= ?[x×])|[万亿億]))?"
    rf"(?: ?({_FOLD})| ?-?({_UNITS})(?![a-z0-9]))?{_WORDS}{{0,3}}"
)
_SPLIT = re.compile("[;/|=]|, | - ")


class Scale(NamedTuple):
    """A number with its kind: TIMES, a WIDTH in metres, or a POWER that could be either."""

    kind: str
    value: float
    end: int


def scale_at(text: str, at: int = 0) -> Scale | None:
    """The scale that stands at a place of a text, and where it ends."""
    found = _SCALE.match(folded(text), at)
    if not found:
        return None
    before, mantissa, *powers, number, exponent, many, after, unit = found.groups()
    power = next((part for part in powers if part), None)
    if power is not None:
        digits = (mantissa or "1") + f"e{_lowered(power)}"
    else:
        digits = number + (f"e{exponent}" if exponent else "")
        # "1.000x" as some languages write it.
        if re.fullmatch(r"[0-9]{1,3}(?:\.000)+", digits) and (before or after or unit):
            digits = digits.replace(".", "")
    value = _float(digits) * _MANY.get(many or "", 1.0)
    if not 0 < value < 1e300:
        return None
    if unit:
        return Scale(WIDTH, value * UNITS[unit], found.end())
    if before or after:
        return Scale(TIMES, value, found.end())
    return Scale(POWER, value, found.end()) if power is not None or exponent else None


def scale_of(text: str) -> Scale | None:
    """The scale that a text says and nothing else, or one of its parts: "Planet, 100x"."""
    text = folded(text).strip(" .")
    for part in [text, *_SPLIT.split(text)] if len(text) < 200 else []:
        part = part.strip(" ()[]*`")
        found = scale_at(part)
        if found and found.end == len(part):
            return found
    return None


def number_of(text: str) -> float | None:
    """A bare number such as a table's: "10", "1,000", or with x."""
    scale = scale_of(text)
    if scale:
        return scale.value
    found = re.fullmatch(_PLAIN, text.strip(" "))
    return _float(found[0]) if found else None


def _float(digits: str) -> float:
    fraction = _FRACTION.match(digits)
    if fraction:
        digits = f"{fraction[1]}.{digits[fraction.end() :]}"
    return float(re.sub("[,' ]", "", digits))


def _lowered(power: str) -> str:
    power = power.replace("⁻", "-").replace("⁺", "+")
    return "".join(str(_RAISED.index(sign)) if sign in _RAISED else sign for sign in power)
