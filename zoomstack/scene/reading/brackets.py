"""Brackets in front of a prompt: where its level lies, and what it asks for itself.

``[p=3.5 focus=0.4,0.6 cfg=7 seed=42 weight=0.5 steps=0.2-0.8] a coast line``, in any order; of
what is said twice the last counts.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ..settings import PLAIN, Settings
from .letters import strip

NAMES = ("p", "focus", "cfg", "seed", "weight", "steps")
MOST_CFG, MOST_SEED, MOST_WEIGHT = 100.0, 2**64 - 1, 100.0
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_SHARE = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_OURS = re.compile(r"\[([^\]]*=[^\]]*)(\]?)")
BEHIND = re.compile(rf"\[\s*(?:{'|'.join(NAMES)})\s*=")
_OPTION = re.compile(
    rf"\s*(?:p=(?P<p>{_NUMBER})|focus=(?P<x>{_NUMBER}),(?P<y>{_NUMBER})|cfg=(?P<cfg>{_NUMBER})"
    rf"|seed=(?P<seed>[0-9]+)|weight=(?P<weight>{_NUMBER})"
    rf"|steps=(?P<start>{_SHARE})(?P<a>%?)-(?P<stop>{_SHARE})(?P<b>%?))(?=\s|$)"
)


class Rung(NamedTuple):
    """One level of a ladder as its text has it; None where the text says nothing."""

    prompt: str
    zoom: float | None = None
    focus: tuple[float, float] | None = None
    settings: Settings = PLAIN


def in_front(line: str) -> re.Match[str] | None:
    """The brackets that a line begins with, where they are ours: "[old photo] a" is a prompt."""
    return _OURS.match(line)


def parse_rung(number: int, line: str, shift: int = 0) -> Rung:
    """What one line says, whose brackets stand in front; it begins at column ``shift`` + 1.

    Raises ``ValueError`` naming the line, and the column where brackets do not parse, or where
    brackets that place a level stand behind its prompt.
    """
    match = in_front(line)
    if not match or match[2]:
        behind = BEHIND.search(line, match.end() if match else 0)
        if behind:
            raise ValueError(
                f"Line {number}, column {shift + behind.start() + 1}: brackets that place a level "
                "stand in front of its prompt; move them there."
            )
    if not match:
        return Rung(line)
    inside, closed = match.groups()
    if not closed:
        raise ValueError(f"Line {number}, column {shift + 1}: this bracket is not closed; add a ].")
    return Rung(strip(line[match.end() :]), *options(number, shift + 2, inside))


def options(
    number: int, column: int, inside: str
) -> tuple[float | None, tuple[float, float] | None, Settings]:
    """Zoom, focus and settings that brackets hold, whose ``inside`` begins at ``column``."""
    zoom, focus, own, at, end = None, None, {}, 0, len(inside.rstrip())
    while at < end:
        option = _OPTION.match(inside, at)
        where = at + len(inside[at:]) - len(inside[at:].lstrip())
        place = f"Line {number}, column {column + where}"
        if not option:
            word = inside[where:].split(None, 1)[0]
            raise ValueError(
                f"{place}: {word!r} is not understood; brackets hold p=NUMBER, focus=X,Y, "
                "cfg=NUMBER, seed=NUMBER, weight=NUMBER and steps=FROM-TO, such as "
                "[p=3.5 focus=0.4,0.6]."
            )
        if option["p"]:
            zoom = float(option["p"])
        elif option["x"]:
            focus = float(option["x"]), float(option["y"])
        else:
            own.update(_setting(option, place))
        at = option.end()
    return zoom, focus, Settings(**own) if own else PLAIN


def _setting(option: re.Match[str], place: str) -> dict[str, Any]:
    if option["cfg"]:
        cfg = float(option["cfg"])
        if not 0 <= cfg <= MOST_CFG:
            raise ValueError(f"{place}: cfg={option['cfg']} must be from 0 to 100.")
        return {"cfg": cfg}
    if option["seed"]:
        # Python refuses to read thousands of digits.
        digits = option["seed"].lstrip("0") or "0"
        if len(digits) > 20 or int(digits) > MOST_SEED:
            raise ValueError(
                f"{place}: seed={option['seed'][:24]} must be from 0 to {MOST_SEED}, which is "
                "2^64 - 1."
            )
        return {"seed": int(digits)}
    if option["weight"]:
        weight = float(option["weight"])
        if not 0 < weight <= MOST_WEIGHT:
            raise ValueError(f"{place}: weight={option['weight']} must be over 0, up to 100.")
        return {"weight": weight}
    start, stop = (
        float(option[share]) / (100.0 if option[percent] else 1.0)
        for share, percent in (("start", "a"), ("stop", "b"))
    )
    said = f"steps={option['start']}{option['a']}-{option['stop']}{option['b']}"
    if start > 1 or stop > 1:
        raise ValueError(
            f"{place}: {said} must be shares of the sampling, from 0 to 1, and no numbers of "
            "steps: such as steps=0.2-0.8 or steps=20%-80%."
        )
    if start >= stop:
        raise ValueError(f"{place}: {said} must begin before it ends, such as steps=0.2-0.8.")
    return {"steps": (start, stop)}
