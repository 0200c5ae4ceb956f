"""Text in lines."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable

# Letters between any two of which a line may end, and marks that no line begins with.
_EACH = "\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef"
_CLOSING = "、。，．：；！？）」』】〉》"
_WORDS = re.compile(rf"[{_EACH}][{_CLOSING}]*|[^\s{_EACH}]+")


def broken(text: str, most: int, fits: Callable[[str], bool]) -> list[str]:
    """``text`` in up to ``most`` lines that fit, broken between words, or in one where it must be.

    What is longer ends in "…".
    """
    words = _WORDS.findall(plain(text))
    lines: list[str] = []
    for word in words:
        glue = "" if lines and _each(lines[-1][-1]) and _each(word[0]) else " "
        if lines and fits(lines[-1] + glue + word):
            lines[-1] += glue + word
            continue
        while len(lines) <= most and len(word) > 1 and not fits(word):
            cut = max(1, bisect_left(range(len(word)), True, key=lambda n: not fits(word[:n])) - 1)
            lines.append(word[:cut])
            word = word[cut:]
        lines.append(word)
        if len(lines) > most:
            break
    if len(lines) > most:
        lines = lines[:most]
        while lines[-1] and not fits(lines[-1] + "…"):
            lines[-1] = lines[-1][:-1].rstrip()
        lines[-1] += "…"
    return lines


def plain(text: str) -> str:
    """``text`` without what shows nowhere: control characters, marks of direction, selectors."""
    normal = unicodedata.normalize("NFC", text)
    return "".join(letter for letter in normal if letter.isspace() or not _hidden(letter))


def leftwards(text: str) -> bool:
    """Whether ``text`` begins with letters that run from right to left."""
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind != "L" for kind in kinds if kind in ("L", "R", "AL")), False)


def _hidden(letter: str) -> bool:
    return (
        unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") or letter in "\ufe0e\ufe0f"
    )


def _each(letter: str) -> bool:
    return bool(re.match(rf"[{_EACH}]", letter))
