"""The shapes in which levels come: JSON, a table, a list."""

from __future__ import annotations

from . import tables
from .braces.inside import json_in, told_in
from .braces.objects import is_prompt
from .factors import TURNED, rungs_of
from .letters import Line, lines_of, shortened
from .lists.items import drafts_of, placed
from .lists.runs import list_in
from .lists.titles import deepest_first
from .plain import Read, left_out, plain
from .spoken import spoken


def structured(lines: list[Line], told: bool = False) -> Read | None:
    """Levels in JSON, in a table, or in a list; ``told`` where these are lines that JSON told."""
    return _json(lines, told) or _table(lines) or listed_in(lines)


def listed_in(lines: list[Line]) -> Read | None:
    found = list_in(lines)
    if not found:
        return None
    drafts = [draft for draft in drafts_of(found) if draft.rung.prompt]
    if len(drafts) < 2:
        return None
    turned = deepest_first(drafts)
    drafts = drafts[::-1] if turned else drafts
    rungs, said = rungs_of([draft.rung for draft in drafts], [draft.scales for draft in drafts])
    notes = left_out([*found.before, *found.after], found.items[0].line.number)
    dropped = [line for draft in drafts for line in draft.dropped]
    notes += [f"Line {line.number} is left out: {shortened(line.text)}" for line in dropped]
    heads = [shortened(head, 40) for draft in drafts for head in draft.heads]
    if heads:
        more = ", ..." if len(heads) > 4 else ""
        notes.append(f"Heads before the prompts are left out: {', '.join(heads[:4])}{more}")
    return rungs, [*notes, *said, *([TURNED] if turned else [])]


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
        return listed[0], [*left_out(around, lines[first].number), *listed[1]]
    rungs = [placed(entry.rung, lines[first].number) for entry in entries]
    rungs, notes = rungs_of(rungs, [entry.scales for entry in entries])
    return rungs, [*left_out(around, lines[first].number), *notes]


def _told(text: str, lines: list[Line]) -> Read | None:
    """A ladder that is one text inside of JSON, as servers hand an answer on."""
    found = told_in(text)
    if not found:
        return None
    name, said, start, end = found
    first, last = text.count("\n", 0, start), text.count("\n", 0, end)
    number = lines[first].number
    inner = [line._replace(number=number + line.number - 1) for line in lines_of(said)]
    read = structured(inner, told=True) or spoken(inner)
    if not read and not is_prompt(name):
        read = plain(inner), []
    if not read or len(read[0]) < 2:
        return None
    around = [*lines[:first], *lines[last + 1 :]]
    return read[0], [*left_out(around, number), *read[1]]


def _texts(texts: list[str], number: int) -> Read | None:
    """Texts that are a list of their own: "Level 1 (1x): a leaf"."""
    listed = listed_in([Line(number, 0, text) for text in texts])
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
    return rungs, [*left_out([*table.before, *table.after], first), *notes]
