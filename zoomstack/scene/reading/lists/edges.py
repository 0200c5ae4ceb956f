"""Where a list ends, what belongs to its entries, and what may stand around it.

What stands before and behind must look like words to a reader: a sentence, a heading, bold type.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..letters import Line
from ..sayings import is_closing, is_sentence
from .heads import Front
from .marks import LABEL, LETTER, NUMBER

SCALE, BOLD, FIELD, TOTAL = "scale", "bold", "field", "total"
_RULE = re.compile("(?:[-*_=~] ?){3,}|[↓⬇⇩▼].{0,60}")


class Item(NamedTuple):
    """An entry of a list: its line, what it begins with, and the lines that belong to it."""

    line: Line
    front: Front
    body: list[Line]  # blank ones too


class Run(NamedTuple):
    """Lines that begin as entries of one list do, by their places in the text."""

    kind: str
    style: str
    places: list[int]


def end_of(last: int, lines: list[Line], bare: bool, most: int, attached: bool) -> int:
    """Where the last entry ends: it has up to as many paragraphs as the others have."""
    at, count, inside = last + 1, 0, False
    while at < len(lines):
        line = lines[at]
        if _RULE.fullmatch(line.text) or is_closing(line.text) or line.text.startswith("#"):
            break
        if line.text and not inside and line.indent <= lines[last].indent:
            touching = at == last + 1
            if touching and not (bare or attached or not is_sentence(line.text)):
                break
            if not touching and count >= max(most, int(bare)):
                break
            count += 1
        inside = bool(line.text)
        at += 1
    while at > last + 1 and not lines[at - 1].text:
        at -= 1
    return at


def paragraphs_of(body: list[Line]) -> list[list[Line]]:
    """Lines that stand together, without what is blank around them."""
    parts: list[list[Line]] = []
    fresh = True
    for line in body:
        if not line.text or _RULE.fullmatch(line.text):
            fresh = True
        elif fresh:
            parts.append([line])
            fresh = False
        else:
            parts[-1].append(line)
    return parts


def others_of(run: Run, runs: list[Run], lines: list[Line]) -> set[int]:
    """The lines, by their numbers, of other lists of its style: "Option B" with its own 1, 2, 3.

    Each is introduced: of numbers that begin anew for no reason nobody knows what they count.
    """
    found: set[int] = set()
    for other in runs:
        above = [line for line in lines[: other.places[0]] if line.text]
        if other is not run and other.style == run.style and above and _about(above[-1].text):
            found |= {lines[place].number for place in other.places}
    return found


def is_apart(
    run: Run, lines: list[Line], before: list[Line], after: list[Line], others: set[int]
) -> bool:
    """Whether what stands around a list looks like words about it, or like another, and not like
    levels."""
    blank = not before or not lines[run.places[0] - 1].text
    titled = len(before) == 1 and len(run.places) > 2 and run.kind in (LABEL, NUMBER)
    if before and not blank and not titled and not _about(before[-1].text):
        return False
    around = [line for line in [*before, *after] if line.number not in others]
    strange = sum(not _about(line.text) for line in around)
    most = (len(run.places) - 1) // 2 if run.kind in (LABEL, NUMBER, BOLD) else 1
    if run.kind in (SCALE, LETTER, FIELD) or len(run.places) == 2:
        most = 0
    return strange <= most


def _about(text: str) -> bool:
    """Whether a line speaks about a list: a sentence, a heading, bold type, a rule."""
    bold = text.startswith("**") or text.startswith("#")
    return bold or bool(_RULE.fullmatch(text)) or is_sentence(text) or is_closing(text)


def holds(run: Run, items: list[Item]) -> bool:
    """Whether what stands between entries can belong to them."""
    if all(item.front.depth == 1 for item in items):
        # A plain ladder's comments: its lines stay levels of their own.
        return all(sum(bool(line.text) for line in item.body) == 1 for item in items)
    if run.kind in (LABEL, NUMBER, BOLD, FIELD):
        return True
    for item in items:
        inner = [line for line in item.body if line.text and not line.text.startswith("#")]
        if item.front.rest and any(line.indent <= item.line.indent for line in inner):
            return False
    return True
