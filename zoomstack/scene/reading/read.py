"""The one reader of ladders: plain lines, or an answer as people and language models write it.

A text is read a level a line unless it says that it is something else: a list whose numbers follow
each other, JSON, a table, a code fence, a model's thinking. What begins with the comment "# plain"
is always read a level a line. ``web/zoom/reading`` reads the same.
"""

from __future__ import annotations

from typing import NamedTuple

from . import tables
from .around import Fence, fences_in, unwrapped
from .braces.inside import json_in, told_in
from .braces.objects import is_prompt
from .brackets import Rung, parse_rung
from .factors import TURNED, rungs_of
from .letters import Line, folded, lines_of, shortened, strip
from .lists.items import drafts_of, placed
from .lists.runs import list_in
from .lists.titles import deepest_first
from .sayings import announces, asks, is_closing, is_opening

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


def read_plain(text: str) -> list[Rung]:
    """A level a line; blank lines and lines that begin with # are skipped."""
    numbered = ((number, strip(line)) for number, line in enumerate(text.splitlines(), start=1))
    return [
        parse_rung(number, line) for number, line in numbered if line and not line.startswith("#")
    ]


Read = tuple[list[Rung], list[str]]


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
        _split_fences(body.lines, fences)
        or _fenced(body.lines, fences)
        or _structured(body.lines)
        or _spoken(body.lines)
    )
    if not found and body.wrapped:
        found = _plain(body.lines), []
    return (found[0], notes + found[1]) if found else None


def _structured(lines: list[Line], told: bool = False) -> Read | None:
    """Levels in JSON, in a table, or in a list; ``told`` where these are lines that JSON told."""
    return _json(lines, told) or _table(lines) or _list(lines)


def _json(lines: list[Line], told: bool) -> Read | None:
    text = "\n".join(line.text for line in lines)
    inner = None if told else _told(text, lines)
    if inner:
        return inner
    found = json_in(text)
    if not found:
        return None
    entries, start, end = found
    first, last = text.count("\n", 0, start), text.count("\n", 0, end)
    around = [*lines[:first], *lines[last + 1 :]]
    listed = _texts([entry.rung.prompt for entry in entries], lines[first].number)
    if listed and not any(entry.scales for entry in entries):
        return listed[0], [*_left(around, lines[first].number), *listed[1]]
    rungs = [placed(entry.rung, lines[first].number) for entry in entries]
    rungs, notes = rungs_of(rungs, [entry.scales for entry in entries])
    return rungs, [*_left(around, lines[first].number), *notes]


def _told(text: str, lines: list[Line]) -> Read | None:
    """A ladder that is one text inside of JSON, as servers hand an answer on."""
    found = told_in(text)
    if not found:
        return None
    name, said, start, end = found
    first, last = text.count("\n", 0, start), text.count("\n", 0, end)
    number = lines[first].number
    inner = [line._replace(number=number + line.number - 1) for line in lines_of(said)]
    read = _structured(inner, told=True) or _spoken(inner)
    if not read and not is_prompt(name):
        read = _plain(inner), []
    if not read or len(read[0]) < 2:
        return None
    around = [*lines[:first], *lines[last + 1 :]]
    return read[0], [*_left(around, number), *read[1]]


def _texts(texts: list[str], number: int) -> Read | None:
    """Texts that are a list of their own: "Level 1 (1x): a leaf"."""
    listed = _list([Line(number, 0, text) for text in texts])
    return listed if listed and len(listed[0]) == len(texts) else None


def _table(lines: list[Line]) -> Read | None:
    table = tables.table_in(lines)
    if not table:
        return None
    rungs = [placed(*each) for each in zip(table.rungs, table.numbers, strict=True)]
    rungs, notes = rungs_of(rungs, table.scales)
    if table.left:
        names = ", ".join(shortened(name) for name in table.left)
        notes.append(f"Columns of the table are left out: {names}")
    first = table.after[0].number if table.after else lines[-1].number + 1
    return rungs, [*_left([*table.before, *table.after], first), *notes]


def _list(lines: list[Line]) -> Read | None:
    found = list_in(lines)
    if not found:
        return None
    drafts = [draft for draft in drafts_of(found) if draft.rung.prompt]
    if len(drafts) < 2:
        return None
    turned = deepest_first(drafts)
    drafts = drafts[::-1] if turned else drafts
    rungs, said = rungs_of([draft.rung for draft in drafts], [draft.scales for draft in drafts])
    notes = _left([*found.before, *found.after], found.items[0].line.number)
    dropped = [line for draft in drafts for line in draft.dropped]
    notes += [f"Line {line.number} is left out: {shortened(line.text)}" for line in dropped]
    heads = [shortened(head, 40) for draft in drafts for head in draft.heads]
    if heads:
        more = ", ..." if len(heads) > 4 else ""
        notes.append(f"Heads before the prompts are left out: {', '.join(heads[:4])}{more}")
    return rungs, [*notes, *said, *([TURNED] if turned else [])]


def _fenced(lines: list[Line], fences: list[Fence]) -> Read | None:
    """What stands in the fence with the most lines."""
    if not fences:
        return None
    fence = max(fences, key=lambda each: sum(bool(line.text) for line in each.lines))
    found = _structured(fence.lines) or (_plain(fence.lines), [])
    if not found[0]:
        return None
    around = [*lines[: fence.start], *lines[fence.stop :]]
    around = [line for line in around if not line.text.startswith(("```", "~~~"))]
    return found[0], [*_left(around, fence.lines[0].number), *found[1]]


def _split_fences(lines: list[Line], fences: list[Fence]) -> Read | None:
    """Fences with one line each are the prompts of a list, or the list itself."""
    single = [sum(bool(line.text) for line in fence.lines) == 1 for fence in fences]
    if len(fences) < 2 or not all(single):
        return None
    bare = [
        line._replace(text="") if line.text.startswith(("```", "~~~")) else line for line in lines
    ]
    listed = _list(bare)
    if listed and len(listed[0]) == len(fences):
        return listed
    inside = [line for fence in fences for line in fence.lines if line.text]
    numbers = [line.number for line in inside]
    around = [line for line in bare if line.text and line.number not in numbers]
    return _plain(inside), _left(around, inside[0].number)


def _spoken(lines: list[Line]) -> Read | None:
    """Plain lines behind "Here are your prompts:", or before "Let me know ...!"."""
    filled = [line for line in lines if line.text]
    around = []
    if len(filled) > 1 and is_opening(filled[0].text):
        gap = filled[1].number > filled[0].number + 1
        if gap or announces(filled[0].text):
            around.append(filled.pop(0))
    opened = bool(around)
    while len(filled) > 1 and is_closing(filled[-1].text):
        apart = filled[-1].number > filled[-2].number + 1
        if not opened and not (apart and asks(filled[-1].text)):
            break
        around.append(filled.pop())
    rungs = _plain(filled) if around else []
    return (rungs, _left(around, filled[0].number)) if rungs else None


def _plain(lines: list[Line]) -> list[Rung]:
    return [
        parse_rung(line.number, line.text)
        for line in lines
        if line.text and not line.text.startswith("#")
    ]


def _left(lines: list[Line], first: int) -> list[str]:
    """Notes of the lines around an answer, which begins at line ``first``."""
    notes = []
    for line in sorted((line for line in lines if line.text), key=lambda line: line.number):
        what = "as an introduction" if line.number < first else "as a closing remark"
        notes.append(f"Line {line.number} is left out, {what}: {shortened(line.text)}")
    return notes if len(notes) <= 6 else [*notes[:5], f"{len(notes) - 5} more lines are left out"]


def _lines(first: int, last: int) -> str:
    return f"Line {first} is" if first == last else f"Lines {first} to {last} are"
