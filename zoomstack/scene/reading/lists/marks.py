"""What an entry of a list begins with: "3." "(3)" "III." "3️⃣" "Level 3:" "-"."""

from __future__ import annotations

import re
from typing import NamedTuple

NUMBER, LETTER, LABEL, BULLET = "number", "letter", "label", "bullet"

_NAMES = (
    "level|lvl|lv|l|step|scale|view|stage|layer|frame|line|image|picture|prompt|scene|shot|zoom|panel|plate|"
    "part|depth|phase|magnification|row|ebene|stufe|schritt|ansicht|bild|szene|niveau|étape|vue|"
    "échelle|scène|nivel|paso|escala|vista|escena|livello|passo|scala|scena|nível|etapa|poziom|"
    "№|уровень|Уровень|шаг|Шаг|レベル|ステップ|段階|级别|級別|层级|層級|阶段|레벨|단계|المستوى|المرحلة"
)
_WORDS = "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve".split("|")
_HAN = "〇一二三四五六七八九十"
_ROMAN = "[ivxl]{1,7}"
# Ends a mark: a space or the end, or a letter; but no digit, as in "3.5 km" and "12:30".
_NEXT = "(?= |$|[^0-9 ])"
_OF = " ?(?:/|of) ?[0-9]{1,3}(?![0-9a-z.×^])"
_DASH = "-{1,3}>?|→"
_PICTURES = "[\u2600-\u2755\u2795-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]{1,8}"

_STYLES = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("1.", rf"([0-9]{{1,3}})\\?\.{_NEXT}"),
        ("1.-", rf"([0-9]{{1,3}})\.-{_NEXT}"),
        ("1、", "([0-9]{1,3})、"),
        ("1)", rf"([0-9]{{1,3}})\){_NEXT}"),
        ("1:", rf"([0-9]{{1,3}}):{_NEXT}"),
        ("(1)", r"\(([0-9]{1,3})\)"),
        ("[1]", r"\[([0-9]{1,3})\](?= |$)"),
        ("1 -", rf"([0-9]{{1,3}}) (?:{_DASH})(?= |$)"),
        ("1/9", rf"([0-9]{{1,3}})/[0-9]{{1,3}} ?(?:[:.)]|{_DASH})(?= |$)"),
        ("keycap", "((?:[0-9]\ufe0f?\u20e3)+)\ufe0f?[.:)-]?"),
        ("keycap", "(🔟)\ufe0f?[.:)-]?"),
        ("circled", "([①-⑳❶-❿➀-➉➊-➓])[.:)-]?"),
        ("i.", rf"({_ROMAN})\.(?= |$)"),
        ("i)", rf"({_ROMAN})\)(?= |$)"),
        ("(i)", rf"\(({_ROMAN})\)(?= |$)"),
        ("i:", rf"({_ROMAN}):(?= |$)"),
        ("i -", rf"({_ROMAN}) (?:{_DASH})(?= |$)"),
        ("一", f"([{_HAN}]{{1,3}})[、.:)]"),
    )
)
_LETTERS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("a.", r"([a-z])\.(?= |$)"),
        ("a)", r"([a-z])\)(?= |$)"),
        ("(a)", r"\(([a-z])\)(?= |$)"),
    )
)
_LABEL = re.compile(
    rf"(?:(?:zoom[ -])?(?:{_NAMES})[ _-]?(?:#|no\.? ?|nr\.? ?|number |: ?)?"
    rf"([0-9]{{1,3}}|{'|'.join(_WORDS)}|{_ROMAN}|[①-⑳])|"
    rf"第([0-9]{{1,3}}|[{_HAN}]{{1,3}})(?:级|級|层级|层|層|步|幕|段階|阶段|段|个|景|レベル|張|张)|"
    rf"([0-9]{{1,3}}) ?(?:단계|레벨|段階|级|級|层|層)(?= ?[:(]))"
    rf"(?![0-9a-z×^%'])(?:{_OF})?(?: ?{_PICTURES})?"
)
_TAIL = re.compile(
    rf" ?(?:\(([^()]{{0,80}})\)|\[([^\[\]=]{{0,80}})\])(?: ?(?:[:.|]|{_DASH})(?= |$)|:)?"
    rf"| ?(?::|[.)|,/](?= |$)|(?:{_DASH})(?= |$))| ?$"
)
_BULLET = re.compile(
    "[-*+](?= |$)(?: \\[[ x]?\\](?= ))?|[•◦▪‣·●○■□▶►➤➢➔✦★✅✓▸▹](?:\ufe0f)?|🔹|🔸|👉"
)


class Mark(NamedTuple):
    """A mark's kind and style, its number, where it ends, and what stands in brackets behind it."""

    kind: str
    style: str
    ordinal: int
    end: int
    aside: tuple[int, int] | None = None


def marks_at(low: str, at: int) -> list[Mark]:
    """The marks that a folded text may have at a place: "i." is a number and a letter."""
    found = []
    label = _LABEL.match(low, at)
    tail = label and _TAIL.match(low, label.end())
    if label and tail:
        group = 1 if tail[1] is not None else 2
        aside = tail.span(group) if tail[group] is not None else None
        ordinal = number_of(label[1] or label[2] or label[3])
        return [Mark(LABEL, LABEL, ordinal, tail.end(), aside)] if ordinal is not None else []
    for style, pattern in _STYLES:
        match = pattern.match(low, at)
        ordinal = number_of(match[1]) if match else None
        if match and ordinal is not None:
            found.append(Mark(NUMBER, style, ordinal, match.end()))
    for style, pattern in _LETTERS:
        match = pattern.match(low, at)
        if match:
            found.append(Mark(LETTER, style, ord(match[1]) - 96, match.end()))
    bullet = _BULLET.match(low, at)
    if bullet and not found:
        found.append(Mark(BULLET, bullet[0][0], 0, bullet.end()))
    return found


def number_of(text: str) -> int | None:
    """A number in digits, words, Roman or Chinese numerals, keycaps or circles."""
    digits = "".join(letter for letter in text if letter in "0123456789")
    if digits:
        return int(digits)
    if text == "🔟":
        return 10
    for first, last in ("①⑳", "❶❿", "➀➉", "➊➓"):
        if first <= text[0] <= last:
            return ord(text[0]) - ord(first) + 1
    if text in _WORDS:
        return _WORDS.index(text)
    return _han(text) if text[0] in _HAN else _roman(text)


def _roman(text: str) -> int | None:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50}[letter] for letter in text]
    total = sum(
        -value if value < max(values[index:]) else value for index, value in enumerate(values)
    )
    return total if roman(total) == text else None


def roman(number: int) -> str:
    """The Roman numeral of a number up to 89, small."""
    text = ""
    for value, sign in ((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        while number >= value:
            text, number = text + sign, number - value
    return text


def _han(text: str) -> int | None:
    tens, ten, ones = text.rpartition("十")
    if len(tens) > 1 or len(ones) > 1:
        return None
    return (10 * (_HAN.index(tens) if tens else 1) if ten else 0) + (
        _HAN.index(ones) if ones else 0
    )
