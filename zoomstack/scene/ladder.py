"""A ladder of prompts, one a level, written as plain text."""

from __future__ import annotations

from typing import NamedTuple

from .geometry import MIDDLE, Geometry, check_ladder
from .reading.letters import BLANK, strip
from .reading.read import read
from .settings import PLAIN, Settings, settings_of

MOST_LEVELS = 256


class Ladder(NamedTuple):
    """What each level shows and how it sits in the one above, widest first.

    ``prompts`` and ``negatives`` hold N texts, prefix and suffix included; ``zooms`` and ``focus``
    N - 1 entries, as in ``Geometry``, and N where it is ``closed``: a ring. ``settings`` hold what
    each level asks for itself, N of them, or none where no level asks for anything; ``bridges`` N
    that are True for a level that was put between two lines, or none (``scene/between``);
    ``notes`` say how the text was read, where it is no plain ladder.
    """

    prompts: tuple[str, ...]
    negatives: tuple[str, ...]
    zooms: tuple[float, ...]
    focus: tuple[tuple[float, float], ...]
    closed: bool = False
    settings: tuple[Settings, ...] = ()
    bridges: tuple[bool, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def levels(self) -> int:
        return len(self.prompts)

    @property
    def own(self) -> tuple[Settings, ...]:
        """The settings of every level, plain ones where there are none.

        Raises ``ValueError`` as ``settings_of`` does.
        """
        return settings_of(self.settings, self.levels)

    def geometry(self, height: int, width: int) -> Geometry:
        """The ladder's frames on a grid of ``height`` x ``width`` pixels."""
        return Geometry(height, width, self.zooms, self.focus, self.closed)


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
    how its level sits in the one above, and what it asks for itself: ``[p=3.5 focus=0.4,0.6 cfg=7
    seed=42 weight=0.5 steps=0.2-0.8] a coast line``; the zoom factor is ``zoom_factor`` and the
    focus the middle where they do not. What shows nowhere, such as a byte order mark, is no text.
    ``negative`` is one line for all levels, or one line a level.

    An answer of a language model is read as a person reads it (``reading``): lists, JSON, tables
    and code fences, with words around them or without. All that is left out is said in ``notes``.

    ``loop`` closes it: the deepest level shows the first line again, whose brackets say how.

    Raises ``ValueError`` naming the line, and the column where brackets do not parse.
    """
    rungs, notes, answer = read(text)
    if not rungs:
        raise ValueError("The ladder is empty; write one prompt a line, the widest view first.")
    if len(rungs) > MOST_LEVELS:
        raise ValueError(
            f"The ladder has {len(rungs)} levels; it may have up to {MOST_LEVELS}. "
            "Make several ladders of it."
        )
    if not loop and (rungs[0].zoom is not None or rungs[0].focus is not None):
        if not answer:
            raise ValueError(
                "The first line has brackets, but there is no level above it to sit in; "
                "move them to the line of the level that they place, or switch loop on."
            )
        rungs[0] = rungs[0]._replace(zoom=None, focus=None)
        notes.append("The widest level lies in no other: its zoom and focus are left out")
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
        () if all(rung.settings == PLAIN for rung in rungs) else tuple(r.settings for r in rungs),
        notes=tuple(notes),
    )


def _negatives(text: str, levels: int) -> tuple[str, ...]:
    lines = [strip(line) for line in text.rstrip(BLANK).splitlines()]
    if levels == 1 or len([line for line in lines if line]) <= 1 and len(lines) != levels:
        return (" ".join(lines).strip(),) * levels
    if len(lines) != levels:
        raise ValueError(
            f"There are {len(lines)} negative prompts for {levels} levels; write one line for all "
            "levels, or one a level."
        )
    return tuple(lines)


def around(prefix: str, suffix: str) -> str:
    """What is said of every level, alone: the text of a level while its own prompt is not."""
    return joined(prefix, suffix)


def dressed(ladder: Ladder, prefix: str, suffix: str) -> Ladder:
    """The ladder with a prefix and a suffix around every prompt."""
    return ladder._replace(prompts=tuple(joined(prefix, text, suffix) for text in ladder.prompts))


def joined(*texts: str) -> str:
    """Texts with commas between them; those that are empty left out."""
    parts = (part.strip().strip(",").strip() for part in texts)
    return ", ".join(part for part in parts if part)
