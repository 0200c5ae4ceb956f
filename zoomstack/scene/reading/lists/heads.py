"""What stands before a prompt in an entry: marks, a bold subject, a scale.

"1. **Level 1: Galaxy** (1x) – a spiral galaxy" has the marks "1." and "Level 1:", the head
"Galaxy", the scale 1x, and the rest "a spiral galaxy".
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..letters import folded
from ..scales import Scale, scale_at, scale_of
from .marks import BULLET, LABEL, NUMBER, Mark, marks_at

_HEADING = re.compile("#{1,6}(?= )")
_QUOTE = re.compile("(?:> ?)+")
# One word between underscores is a wildcard.
_SPAN = re.compile(
    r"\*\*(?! )([^*]+)\*\*|__(?=[^_ ]+ )([^_]+)__|\*(?! )([^*]+)\*|【([^【】]{1,80})】"
)
_SIGNS = re.compile("[\u2190-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]{1,8} ?")
_NUMBERED = re.compile(r"\*\*([0-9]{1,3}|[ivxl]{1,7})\*\*(?=[.):]| ?-)")
_SEPARATOR = re.compile(
    r" ?(?:[(]([^()]{0,80})[)])? ?(?:[:|](?= |$|[^\x00-\x7f])|(?:-{1,3}>?|→)(?= |$)|$)"
)
_EDGE = " :：.-–—|,"
_AFTER_SCALE = re.compile(r" ?(?:[(][^()]{0,60}[)] ?)?(?:(?:[:|]|-{1,3}>?|→)(?= |$)|$)")
_ASIDE = re.compile(
    r"(?:\(([^()]{1,60})\)|\[([^\[\]=]{1,60})\]) ?(?:[:|](?= |$)|(?:-{1,3}>?|→)(?= |$))?"
)
_INSIDE = re.compile(r"[(\[（]([^()\[\]（）]{1,60})[)\]）]")


class Front(NamedTuple):
    """The front of a line: its marks, heads and scales, and the rest. ``depth`` counts #."""

    marks: list[Mark]
    heads: list[str]
    scales: list[Scale]
    rest: str
    bold: bool = False
    depth: int = 0
    early: bool = False  # the scale stands first of all


def front_of(text: str) -> Front:
    """What a line begins with, as far as it is none of its prompt."""
    quote = _QUOTE.match(text)
    text = text[quote.end() :] if quote else text
    heading = _HEADING.match(text)
    depth = heading.end() if heading else 0
    rest = text[depth:].strip(" ").rstrip("#").rstrip(" ") if heading else text
    marks: list[Mark] = []
    heads: list[str] = []
    scales: list[Scale] = []
    bold = early = False
    for _ in range(6):
        before = rest
        low = folded(rest)
        found = marks_at(low, 0) or _behind_signs(low)
        if found:
            marks += found
            aside = found[0].aside
            if aside:
                _take(rest[slice(*aside)], heads, scales)
            rest = rest[found[0].end :].lstrip(" ")
            continue
        rest, is_head = _span(rest, low, marks, heads, scales)
        bold |= is_head
        if rest == before and not is_head:
            rest = _scale(rest, scales)
        early |= bool(scales) and not (marks or heads)
        if rest == before:
            break
    return Front(marks, heads, scales, rest, bold, depth, early)


def _behind_signs(low: str) -> list[Mark]:
    """The numbers behind pictures: "🌌 Level 1: "."""
    signs = _SIGNS.match(low)
    found = marks_at(low, signs.end()) if signs else []
    return [mark for mark in found if mark.kind in (LABEL, NUMBER)]


def _span(
    rest: str, low: str, marks: list[Mark], heads: list[str], scales: list[Scale]
) -> tuple[str, bool]:
    """Takes bold or slanted type off the front, where it is a head; whether it was."""
    numbered = _NUMBERED.match(low)
    if numbered:
        return rest[slice(*numbered.span(1))] + rest[numbered.end() :], False
    signs = _SIGNS.match(rest)
    span = _SPAN.match(rest, signs.end() if signs and rest.startswith("**", signs.end()) else 0)
    if not span:
        return rest, False
    inner = span[1] or span[2] or span[3] or span[4]
    after = _SEPARATOR.match(low, span.end())
    inside = marks_at(folded(inner), 0)
    named = [mark for mark in inside if mark.kind != BULLET]
    if not (named or inner.rstrip(" ").endswith((":", ".")) or after):
        return rest, False
    if not named and span[3] and after and after.end() == len(rest):
        return rest, False  # a slanted line is a prompt
    while named:
        marks += named
        aside = named[0].aside
        if aside:
            _take(inner[slice(*aside)], heads, scales)
        inner = inner[named[0].end :].lstrip(" ")
        named = [mark for mark in marks_at(folded(inner), 0) if mark.kind != BULLET]
    _take(inner, heads, scales)
    if after and after[1] is not None:
        _take(rest[slice(*after.span(1))], heads, scales)
    return rest[after.end() if after else span.end() :].lstrip(" "), True


def _scale(rest: str, scales: list[Scale]) -> str:
    """Takes a scale off the front: "10^7 m: ", "(100x) ", "100x – "."""
    aside = _ASIDE.match(folded(rest))
    if aside:
        found = scale_of(rest[1 : aside.end(1 if aside[1] else 2)])
        if found:
            scales.append(found)
            return rest[aside.end() :].lstrip(" ")
        return rest
    found = scale_at(rest)
    after = found and _AFTER_SCALE.match(folded(rest), found.end)
    if not found or not after:
        return rest
    scales.append(found)
    return rest[after.end() :].lstrip(" ")


def _take(head: str, heads: list[str], scales: list[Scale]) -> None:
    """Takes a head apart: its scales, and what else it says."""
    head = head.strip(_EDGE)
    if not head:
        return
    asides = [found[1] for found in _INSIDE.finditer(head)]
    found = [scale for scale in map(scale_of, [head, *head.split(": "), *asides]) if scale]
    scales += found[:1]
    if not scale_of(head):
        heads.append(head)


def head_parts(head: str) -> tuple[list[str], list[Scale]]:
    """The words and the scales of a head."""
    heads: list[str] = []
    scales: list[Scale] = []
    _take(head, heads, scales)
    return heads, scales
