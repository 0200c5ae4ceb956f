"""JSON as language models write it: comments, commas too many or too few, any quotation marks.

Numbers stay text, so that none is rounded; an object is a list of pairs, in its order. Braces may
be missing altogether: ComfyUI's dynamic prompts take them away.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

_GAP = re.compile(r"(?:[ \n]+|//[^\n]*|#[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*")
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,4})?(?![\w.^])", re.A)
_WORD = re.compile(r"(?:true|false|null|None|True|False|NaN)(?!\w)", re.A)
_KEY = re.compile("[A-Za-z_][A-Za-z0-9_ -]{0,40}(?= ?:)|[0-9]{1,6}(?= ?:)")
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "„": "“”", "«": "»", "`": "`"}
# A quotation mark ends a text where something of JSON follows it; others are part of the text.
_AFTER = re.compile(r" *(?:[,:\]}\n#;]|//|/\*|$)")
_ESCAPES = {"n": "\n", "t": " ", "r": " ", "b": "", "f": " ", "/": "/"}
DEEPEST = 20


class Word(NamedTuple):
    """A number, or another word that is no text."""

    text: str


class Pairs(NamedTuple):
    """An object."""

    items: list[tuple[str, Any]]


class Broken(Exception):
    """What stands here is no JSON."""


def value_at(text: str, at: int, depth: int = 0) -> tuple[Any, int]:
    """A value at a place of a text, and where it ends. One that breaks off is as far as it goes."""
    at = gap(text, at)
    sign = text[at : at + 1]
    if depth > DEEPEST or not sign:
        raise Broken
    if sign == "[" or sign == "(" and depth:  # a tuple of Python's
        return _array(text, at + 1, depth, "]" if sign == "[" else ")")
    if sign == "{":
        return _pairs(text, at + 1, depth)
    if sign in _QUOTES:
        return string_at(text, at)
    word = _NUMBER.match(text, at) or _WORD.match(text, at)
    if not word:
        raise Broken
    return Word(word[0]), word.end()


def gap(text: str, at: int) -> int:
    """Where the next thing stands, behind blanks and comments."""
    found = _GAP.match(text, at)
    return found.end() if found else at


def _array(text: str, at: int, depth: int, close: str) -> tuple[list[Any], int]:
    items = []
    while True:
        at = _comma(text, at)
        if text[at : at + 1] in ("", close):
            return items, min(at + 1, len(text))
        item, at = value_at(text, at, depth + 1)
        if isinstance(item, str) and _colon(text, at):
            value, at = named_at(text, gap(text, at) + 1, depth + 1)
            items = grown(items, item, value)
        else:
            items.append(item)


def _pairs(text: str, at: int, depth: int) -> tuple[Pairs, int]:
    items = []
    while True:
        at = _comma(text, at)
        if text[at : at + 1] in ("", "}"):
            return Pairs(items), min(at + 1, len(text))
        key, at = _key(text, at)
        at = gap(text, at)
        if text[at : at + 1] != ":":
            raise Broken
        value, at = named_at(text, at + 1, depth + 1)
        items.append((key, value))


def named_at(text: str, at: int, depth: int = 0) -> tuple[Any, int]:
    """The value behind a name: where a colon follows that, pairs whose braces are missing."""
    value, end = value_at(text, at, depth)
    pairs: list[tuple[str, Any]] = []
    while isinstance(value, str) and _colon(text, end):
        inner, end = named_at(text, gap(text, end) + 1, depth + 1)
        pairs.append((value, inner))
        try:
            value, behind = value_at(text, _comma(text, end), depth + 1)
        except Broken:
            break
        if not isinstance(value, str) or not _colon(text, behind):
            break
        end = behind
    return (Pairs(pairs), end) if pairs else (value, end)


def _colon(text: str, at: int) -> bool:
    at = gap(text, at)
    return text[at : at + 1] == ":"


def grown(items: list[Any], key: str, value: Any) -> list[Any]:
    """Objects with one more pair, without braces: a key that the last has begins another."""
    last = items[-1] if items else None
    if not isinstance(last, Pairs) or any(known == key for known, _ in last.items):
        return [*items, Pairs([(key, value)])]
    return [*items[:-1], Pairs([*last.items, (key, value)])]


def _key(text: str, at: int) -> tuple[str, int]:
    if text[at] in _QUOTES:
        return string_at(text, at)
    word = _KEY.match(text, at)
    if not word:
        raise Broken
    return word[0], word.end()


def _comma(text: str, at: int) -> int:
    """Behind one comma, or none: models forget them between lines."""
    at = gap(text, at)
    return gap(text, at + 1) if text[at : at + 1] in (",", ";") and at < len(text) else at


def string_at(text: str, at: int) -> tuple[str, int]:
    """The text in quotation marks; what breaks off before they close is its end."""
    close, parts = _QUOTES[text[at]], []
    at += 1
    while at < len(text):
        sign = text[at]
        if sign == "\\" and at + 1 < len(text):
            taken, at = _escape(text, at + 1)
            parts.append(taken)
            continue
        if sign in close and _AFTER.match(text, at + 1):
            return "".join(parts), at + 1
        parts.append(sign)
        at += 1
    return "".join(parts), at


def _escape(text: str, at: int) -> tuple[str, int]:
    code = text[at + 1 : at + 5]
    if text[at] == "u" and re.fullmatch("[0-9a-fA-F]{4}", code):
        point = int(code, 16)
        low = text[at + 5 : at + 11]
        if 0xD800 <= point < 0xDC00 and re.fullmatch("\\\\u[dD][c-fC-F][0-9a-fA-F]{2}", low):
            return chr(0x10000 + ((point - 0xD800) << 10) + int(low[2:], 16) - 0xDC00), at + 11
        return "" if 0xD800 <= point < 0xE000 else chr(point), at + 5
    return _ESCAPES.get(text[at], text[at]), at + 1
