"""The letters of a text that count for nothing, its lines, and a form in which marks are found."""

from __future__ import annotations

import re
from typing import NamedTuple

# What shows nowhere: spaces, and what is none to Python: a byte order mark, zero-width spaces and
# joiners. Letter by letter, for a pattern takes the square of a long run's length.
BLANK = "".join(letter for letter in map(chr, range(0x10000)) if letter.isspace())
BLANK += "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"

# Joiners stay inside of words: scripts and emoji are written with them.
_INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff\u00ad"
_SPACES = {ord(letter): " " for letter in BLANK if letter.isspace()}
_TIDIED = {**_SPACES, **dict.fromkeys(map(ord, _INVISIBLE))}
# Letter for letter, so that what is found in the one form lies at the same place in the other.
_FOLDED = {0xFF01 + index: 0x21 + index for index in range(94)}
_FOLDED |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
_FOLDED |= {code: code + 32 for code in [*range(65, 91), *range(0xC0, 0xD7), *range(0xD8, 0xDF)]}
_FOLDED |= {0xFF21 + index: 0x61 + index for index in range(26)}
# Digits of Arabic, Persian and Hindi.
_FOLDED |= {zero + index: 48 + index for zero in (0x660, 0x6F0, 0x966) for index in range(10)}


class Line(NamedTuple):
    """A line of an answer: its number from 1, how far it is set in, and what it says."""

    number: int
    indent: int
    text: str


def strip(text: str) -> str:
    """The text without what shows nowhere around it."""
    return text.strip(BLANK)


def lines_of(text: str) -> list[Line]:
    """The lines of a text, with plain spaces and without what shows nowhere; blank ones too."""
    lines = []
    for number, raw in enumerate(text.splitlines(), start=1):
        tidied = raw.replace("\t", "    ").translate(_TIDIED)
        bare = strip(tidied)
        lines.append(Line(number, len(tidied) - len(tidied.lstrip(" ")), bare))
    return lines


def folded(text: str) -> str:
    """As ``text``, a letter for each of its own: small, with plain digits, colons and dashes."""
    return text.translate(_FOLDED)


def shortened(text: str, most: int = 60) -> str:
    """The text in quotation marks, as a note has room for it."""
    text = re.sub(" +", " ", text)
    return f'"{text}"' if len(text) <= most else f'"{text[: most - 3].rstrip(" ")}..."'
