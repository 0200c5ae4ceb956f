"""The one reader of ladders: plain lines, or an answer as people and language models write it.

A text is read a level a line unless it says that it is something else: a list whose numbers follow
each other, JSON, a table, a code fence, a model's thinking. What begins with the comment "# plain"
is always read a level a line. ``web/zoom/reading`` reads the same.
"""

from __future__ import annotations

from typing import NamedTuple

from .around import fences_in, unwrapped
from .brackets import Rung
from .fenced import fenced, split_fences
from .letters import Line, folded, lines_of
from .plain import Read, plain, read_plain
from .shapes import structured
from .spoken import spoken

LONGEST = 400_000  # letters: more is no answer
MOST_LINES = 4000
AS_IT_IS = "# plain"


class Reading(NamedTuple):
    """The levels of a text, what is to be said of how it was read, and whether it is an answer."""

    rungs: list[Rung]
    notes: list[str]
    answer: bool


def read(text: str) -> Reading:
    """The levels that a text describes, widest first.

    Raises ``ValueError`` naming the line, and the column where brackets do not parse; and where
    there is thinking alone.
    """
    if len(text) <= LONGEST:
        lines = lines_of(text)
        first = next((line.text for line in lines if line.text), "")
        if len(lines) <= MOST_LINES and folded(first) != AS_IT_IS:
            answer = _answer(lines)
            if answer:
                rungs, notes = answer
                first_zoom = rungs[0].zoom if rungs else None
                if first_zoom is not None and first_zoom <= 1:  # "1x": it magnifies nothing
                    rungs[0] = rungs[0]._replace(zoom=None)
                return Reading(rungs, notes, True)
    return Reading(read_plain(text), [], False)


def _answer(lines: list[Line]) -> Read | None:
    body = unwrapped(lines)
    notes = []
    if body.thought:
        first, last = body.thought[0].number, body.thought[-1].number
        notes.append(f"{_lines(first, last)} left out, as the model's thinking")
    if body.open:
        raise ValueError(
            "The model's answer ends in the middle of its thinking, and no ladder comes; let it "
            "write more, or think less."
        )
    fences = fences_in(body.lines)
    found = (
        split_fences(body.lines, fences)
        or fenced(body.lines, fences)
        or structured(body.lines)
        or spoken(body.lines)
    )
    if not found and body.wrapped:
        found = plain(body.lines), []
    return (found[0], notes + found[1]) if found else None


def _lines(first: int, last: int) -> str:
    return f"Line {first} is" if first == last else f"Lines {first} to {last} are"
