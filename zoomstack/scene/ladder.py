"""A ladder of prompts, one a level, written as plain text."""

from __future__ import annotations

import re
from typing import NamedTuple

from .geometry import MIDDLE, Geometry, check_ladder
from .settings import Settings

MOST_LEVELS = 256
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
# What shows nowhere: spaces, and what is none to Python: a byte order mark, zero-width spaces and
# joiners. Letter by letter, for a pattern takes the square of a long run's length.
_BLANK = "".join(letter for letter in map(chr, range(0x10000)) if letter.isspace())
_BLANK += "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_BEHIND = re.compile(r"\[\s*(?:p|focus)\s*=")
_OPTION = re.compile(rf"\s*(?:p=(?P<p>{_NUMBER})|focus=(?P<x>{_NUMBER}),(?P<y>{_NUMBER}))(?=\s|$)")


class Ladder(NamedTuple):
    """What each level shows and how it sits in the one above, widest first.

    ``prompts`` and ``negatives`` hold N texts, prefix and suffix included; ``zooms`` and ``focus``
    N - 1 entries, as in ``Geometry``, and N where it is ``closed``: a ring. ``settings`` holds N,
    or none where all are plain; ``bridges`` N that are True for a level that was put between two
    lines, or none (``scene/bridges``).
    """

    prompts: tuple[str, ...]
    negatives: tuple[str, ...]
    zooms: tuple[float, ...]
    focus: tuple[tuple[float, float], ...]
    closed: bool = False
    settings: tuple[Settings, ...] = ()
    bridges: tuple[bool, ...] = ()

    @property
    def levels(self) -> int:
        return len(self.prompts)

    def geometry(self, height: int, width: int) -> Geometry:
        """The ladder's frames on a grid of ``height`` x ``width`` pixels."""
        return Geometry(height, width, self.zooms, self.focus, self.closed)


class Rung(NamedTuple):
    """One line of a ladder."""

    prompt: str
    zoom: float | None = None
    focus: tuple[float, float] | None = None


def parse_ladder(
    text: str,
    zoom_factor: float = 2.0,
    prefix: str = "",
    suffix: str = "",
    negative: str = "",
    loop: bool = False,
) -> Ladder:
    """The ladder that ``text`` describes: one level a line, widest first.

    Blank lines and lines that begin with # are skipped. A line may begin with brackets that say
    how its level sits in the one above: ``[p=3.5 focus=0.4,0.6] a coast line``; the zoom factor is
    ``zoom_factor`` and the focus the middle where they do not. What shows nowhere, such as a byte
    order mark, is no text. ``negative`` is one line for all
    levels, or one line a level.

    ``loop`` closes it: the deepest level shows the first line again, whose brackets say how.

    Raises ``ValueError`` naming the line, and the column where brackets do not parse.
    """
    rungs = [_parse_line(number, line) for number, line in _lines(text)]
    if not rungs:
        raise ValueError("The ladder is empty; write one prompt a line, the widest view first.")
    if len(rungs) > MOST_LEVELS:
        raise ValueError(
            f"The ladder has {len(rungs)} levels; it may have up to {MOST_LEVELS}. "
            "Make several ladders of it."
        )
    if not loop and (rungs[0].zoom is not None or rungs[0].focus is not None):
        raise ValueError(
            "The first line has brackets, but there is no level above it to sit in; "
            "move them to the line of the level that they place, or switch loop on."
        )
    placed = [*rungs[1:], *rungs[: int(loop)]]
    zooms = tuple(zoom_factor if rung.zoom is None else rung.zoom for rung in placed)
    focus = tuple(rung.focus or MIDDLE for rung in placed)
    check_ladder(zooms, focus, loop)
    return Ladder(
        tuple(joined(prefix, rung.prompt, suffix) for rung in rungs),
        _negatives(negative, len(rungs)),
        zooms,
        focus,
        loop,
    )


def _lines(text: str) -> list[tuple[int, str]]:
    numbered = ((number, _strip(line)) for number, line in enumerate(text.splitlines(), start=1))
    return [(number, line) for number, line in numbered if line and not line.startswith("#")]


def _parse_line(number: int, line: str) -> Rung:
    # Brackets are ours only where they hold an assignment: "[old photo] a coast" is a prompt.
    match = re.match(r"\[([^\]]*=[^\]]*)(\]?)", line)
    if not match or match[2]:
        behind = _BEHIND.search(line, match.end() if match else 0)
        if behind:
            raise ValueError(
                f"Line {number}, column {behind.start() + 1}: brackets that place a level stand in "
                "front of its prompt; move them there."
            )
    if not match:
        return Rung(line)
    inside, closed = match.groups()
    if not closed:
        raise ValueError(f"Line {number}, column 1: this bracket is not closed; add a ].")
    zoom, focus, at, end = None, None, 0, len(inside.rstrip())
    while at < end:
        option = _OPTION.match(inside, at)
        if not option:
            column = 2 + at + len(inside[at:]) - len(inside[at:].lstrip())
            raise ValueError(
                f"Line {number}, column {column}: {inside[at:].split()[0]!r} is not understood; "
                "brackets hold p=NUMBER and focus=X,Y, such as [p=3.5 focus=0.4,0.6]."
            )
        if option["p"]:
            zoom = float(option["p"])
        else:
            focus = float(option["x"]), float(option["y"])
        at = option.end()
    return Rung(_strip(line[match.end() :]), zoom, focus)


def _strip(line: str) -> str:
    return line.strip(_BLANK)


def _negatives(text: str, levels: int) -> tuple[str, ...]:
    lines = [_strip(line) for line in text.rstrip(_BLANK).splitlines()]
    if levels == 1 or len([line for line in lines if line]) <= 1 and len(lines) != levels:
        return (" ".join(lines).strip(),) * levels
    if len(lines) != levels:
        raise ValueError(
            f"There are {len(lines)} negative prompts for {levels} levels; write one line for all "
            "levels, or one a level."
        )
    return tuple(lines)


def dressed(ladder: Ladder, prefix: str, suffix: str) -> Ladder:
    """The ladder with a prefix and a suffix around every prompt."""
    return ladder._replace(prompts=tuple(joined(prefix, text, suffix) for text in ladder.prompts))


def joined(*texts: str) -> str:
    """Texts with commas between them; those that are empty left out."""
    parts = (part.strip().strip(",").strip() for part in texts)
    return ", ".join(part for part in parts if part)
