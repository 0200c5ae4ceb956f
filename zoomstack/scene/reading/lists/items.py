"""From the entries of a list to the levels that they describe."""

from __future__ import annotations

import re

from ...settings import PLAIN
from ..brackets import NAMES, Rung, in_front, parse_rung
from ..letters import Line, strip
from ..tidy import tidied
from .edges import Item
from .fields import parts_of
from .heads import head_parts
from .runs import Found
from .titles import Draft, are_titles, bared

_BRACKET = re.compile(rf"(.*[^ ]) *(\[ *(?:{'|'.join(NAMES)}) *=[^\]\[]*\])")


def drafts_of(found: Found) -> list[Draft]:
    """The levels of a list. Raises ``ValueError`` where brackets do not parse."""
    titled = are_titles(found.kind, found.items)
    return bared([_draft(item, titled) for item in found.items])


def _draft(item: Item, titled: bool) -> Draft:
    heads, scales = head_parts(item.front.rest) if titled else ([], [])
    heads, scales = [*item.front.heads, *heads], [*item.front.scales, *scales]
    parts = parts_of(item, titled)
    prompt = parts.prompt
    if not tidied(prompt) and heads:
        prompt, heads = heads[-1], heads[:-1]
    rung = rung_of(item.line, prompt)
    return Draft(rung, heads, [*scales, *parts.scales], item.line.number, parts.dropped)


def placed(rung: Rung, number: int) -> Rung:
    """The rung of JSON or a table, whose prompt may have brackets as in a list; what the rung says
    itself goes before them. Raises ``ValueError`` as ``rung_of`` does."""
    own = rung_of(Line(number, 0, rung.prompt), rung.prompt)
    return Rung(
        own.prompt,
        own.zoom if rung.zoom is None else rung.zoom,
        rung.focus or own.focus,
        own.settings if rung.settings == PLAIN else rung.settings,
    )


def rung_of(line: Line, prompt: str) -> Rung:
    """The prompt with its brackets, which in an answer may stand behind it as well.

    Raises ``ValueError`` where they do not parse, or stand in its middle.
    """
    text = strip(prompt)
    front = in_front(text)
    behind = _BRACKET.fullmatch(text)
    if behind and not front:
        text = f"{behind[2]} {behind[1]}"
        front = in_front(text)
    rung = parse_rung(line.number, text, max(line.text.find(front[0] if front else text), 0))
    return rung._replace(prompt=tidied(rung.prompt))
