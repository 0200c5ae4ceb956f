"""Where JSON stands in a text, which may have words around it."""

from __future__ import annotations

import re
from itertools import islice

from . import loose
from .loose import Pairs
from .objects import LISTS, Entry, entries_of

_START = re.compile("(?:^|\n) *(?:`{1,3}(?:json)? *)?(?=[\\[{\"'“])")
_COMMA = re.compile(" *[,;]?")
_INTRO = re.compile("[^\n\\[{\"'“]{0,200}[:=] *(?=[\\[{])")
MOST = 41  # places that are tried


def json_in(text: str) -> tuple[list[Entry], int, int] | None:
    """The levels in the JSON of a text, and from where to where it stands; None without any.

    It begins a line, or stands behind a colon in the text's first line: a prompt may hold brackets.
    """
    for at in _starts(text):
        found = _values(text, at) or _bare(text, at)
        if found:
            return found[0], at, found[1]
    return None


def told_in(text: str) -> tuple[str, str, int, int] | None:
    """The one text of lines in a JSON object that is all there is: ``{"response": "1. a\\n2. b"}``.

    With its name, and from where to where the object stands; None without any.
    """
    for at in _starts(text):
        try:
            value, end = loose.value_at(text, at) if text[at] == "{" else ([], at)
        except loose.Broken:
            continue
        if not isinstance(value, Pairs) or text[loose.gap(text, end) :][:1] in ("{", "[", ","):
            continue
        told = [(key, item) for key, item in value.items if isinstance(item, str) and "\n" in item]
        deep = any(isinstance(item, list | Pairs) for _, item in value.items)
        if len(told) == 1 and not deep and _ends(text, end):
            return *told[0], at, end
    return None


def _starts(text: str) -> list[int]:
    intro = _INTRO.match(text)
    first = [intro.end()] if intro else []
    return first + [found.end() for found in islice(_START.finditer(text), MOST)]


def _values(text: str, at: int) -> tuple[list[Entry], int] | None:
    """One value, or one a line."""
    if text[at] not in "[{":
        return None
    values, end = [], at
    while text[at : at + 1] in ("[", "{"):
        try:
            value, end = loose.value_at(text, at)
        except loose.Broken:
            break
        values.append(value)
        at = loose.gap(text, end)
        at = loose.gap(text, at + 1) if text[at : at + 1] in (",", ";") else at
    if not values or not _ends(text, end):
        return None
    entries = entries_of(values[0] if len(values) == 1 else values)
    named = isinstance(values[0], Pairs) and any(key in LISTS for key, _ in values[0].items)
    return (entries, end) if len(entries) > 1 or entries and named else None


def _bare(text: str, at: int) -> tuple[list[Entry], int] | None:
    """Pairs without braces, or texts with commas, one a line."""
    if text[at] in "[{":
        return None
    pairs, texts, end = [], [], at
    while text[at : at + 1] in ('"', "'", "“"):
        try:
            said, after = loose.string_at(text, at)
            place = loose.gap(text, after)
            if text[place : place + 1] == ":":
                value, after = loose.named_at(text, place + 1)
                pairs = loose.grown(pairs, said, value)
            else:
                texts.append(said)
        except loose.Broken:
            break
        comma = _COMMA.match(text, after)
        end = comma.end() if comma else after
        if not pairs and (not comma or "," not in comma[0]):
            break
        if text[end : end + 1] not in ("\n", "") and not (pairs and comma and "," in comma[0]):
            return None
        at = loose.gap(text, end)
    value = pairs[0] if len(pairs) == 1 else pairs or texts
    entries = [] if pairs and texts else entries_of(value)
    return (entries, end) if len(entries) > 1 and _ends(text, end) else None


def _ends(text: str, end: int) -> bool:
    """Whether nothing but an end of the line stands behind, or a word behind the one value."""
    line = text[end : text.find("\n", end) if "\n" in text[end:] else len(text)]
    return not line.strip(" ,;`") or bool(_INTRO.match(text))
