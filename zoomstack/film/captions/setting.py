"""Text as coverage: which part of each pixel lies under the letters, and under their shade.

What stays is set whole (``lines``); what counts on is put together of its letters (``counted``),
each of which is drawn once, digits all as wide as the widest.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .at_hand import LOCK, face, has
from .breaking import broken, leftwards, plain
from .fonts import Fonts

if TYPE_CHECKING:
    from PIL import Image

# Shares of the letters' size.
LEADING, OUTLINE, SOFT, SMALL, LIFT = 1.3, 0.055, 0.1, 0.62, 0.42
# How dark a letter's outline is, and the soft shadow beyond it: white letters read on white then.
DARK, DIM = 0.85, 0.55
RAISED = dict(zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789", strict=True))
STAND_INS = {"−": "-", "×": "x", "…": "...", "µ": "u", "·": "."}  # where no font has them


class Ink(NamedTuple):
    """Coverage (h, w) from 0 to 1 by the letters, and by the shade under and around them."""

    fill: np.ndarray
    shade: np.ndarray


class Setting:
    """Text in ``fonts``, ``size`` pixels high, with an outline. Safe to share between threads."""

    def __init__(self, fonts: Fonts, size: float) -> None:
        self.fonts = fonts
        self.size = max(6, round(size))
        self.outline = max(1, round(self.size * OUTLINE))
        self.soft = self.size * SOFT
        self.pad = self.outline + round(2 * self.soft)  # around the letters, for their shade
        self.leading = round(self.size * LEADING)
        self._letter = lru_cache(maxsize=256)(self._drawn_letter)
        self._advance = lru_cache(maxsize=256)(self._measured_advance)

    def lines(self, text: str, width: int, most: int = 3) -> Ink:
        """``text`` within ``width`` pixels, in up to ``most`` lines; what is longer ends in "…".

        Raises ``ValueError`` for letters that no font has.
        """
        pad, one = self.pad, self.fonts.whole(plain(text) + "…")

        def run(line: str) -> list[tuple[str, str]]:
            return self.fonts.runs(line) if one is None else [(line, one)]

        texts = broken(text, most, lambda line: self._width(run(line)) <= width - 2 * pad)
        runs = [run(line) for line in texts]
        widths = [self._width(line) for line in runs]
        wide = max(widths, default=0) + 2 * pad
        high = self.leading * len(runs) + 2 * pad
        images = [_blank(wide, high) for _ in range(2)]
        for number, line in enumerate(runs):
            base = pad + self.leading * number + round(self.size * (LEADING + 0.44) / 2)
            indent = wide - 2 * pad - widths[number] if leftwards(text) else 0
            self._draw(images, pad + indent, base, line)
        return self._ink(images)

    def counted(self, text: str) -> Ink:
        """One line of ``text``, raised digits as small ones above the line."""
        pieces, at = [], 0.0
        for letter in text:
            pieces.append((round(at), self._letter(letter)))
            at += self._advance(letter)
        wide, high = round(at) + 2 * self.pad, self.leading + 2 * self.pad
        fill, shade = (np.zeros((high, wide), np.float32) for _ in range(2))
        for left, ink in pieces:
            for whole, part in zip((fill, shade), ink, strict=True):
                seen = whole[:, left : left + part.shape[1]]
                np.maximum(seen, part[:, : seen.shape[1]], out=seen)
        return Ink(fill, shade)

    def _width(self, runs: list[tuple[str, str]]) -> int:
        with LOCK:
            return round(sum(face(name, self.size).getlength(text) for text, name in runs) + 0.5)

    def _draw(
        self, images: list[Image.Image], left: float, base: float, runs: list[tuple[str, str]],
        size: int = 0,
    ) -> None:  # fmt: skip
        """The letters into the first image, their outline into the second, from a base line."""
        from PIL import ImageDraw

        pens = [ImageDraw.Draw(image) for image in images]
        with LOCK:
            for text, name in runs:
                font = face(name, size or self.size)
                for pen, stroke in zip(pens, (0, self.outline), strict=True):
                    pen.text(
                        (left, base), text, fill=255, font=font, anchor="ls", stroke_width=stroke
                    )
                left += font.getlength(text)

    def _drawn_letter(self, letter: str) -> Ink:
        small, pad = letter in RAISED, self.pad
        runs = self._stood_in(letter)
        size = round(self.size * SMALL) if small else self.size
        base = pad + round(self.size * (LEADING + 0.44) / 2) - small * round(self.size * LIFT)
        cell = self._advance(letter)
        with LOCK:
            own = sum(face(name, size).getlength(text) for text, name in runs)
        images = [_blank(round(cell + 0.5) + 2 * pad, self.leading + 2 * pad) for _ in range(2)]
        self._draw(images, pad + (cell - own) / 2, base, runs, size)
        return self._ink(images)

    def _ink(self, images: list[Image.Image]) -> Ink:
        """What lies under letters, and a dark outline and a soft shadow of it."""
        from PIL import ImageFilter

        fill, edge = images
        around = edge.filter(ImageFilter.GaussianBlur(self.soft))
        return Ink(_coverage(fill), np.maximum(DARK * _coverage(edge), DIM * _coverage(around)))

    def _measured_advance(self, letter: str) -> float:
        size = round(self.size * SMALL) if letter in RAISED else self.size
        digit = RAISED.get(letter, letter).isdigit()
        alike = "0123456789" if digit else letter
        runs = [self._stood_in(one) for one in alike]
        with LOCK:
            return max(sum(face(name, size).getlength(t) for t, name in run) for run in runs)

    def _stood_in(self, letter: str) -> list[tuple[str, str]]:
        """A letter's runs; of a sign that no font has, those of what stands in for it."""
        text = RAISED.get(letter, letter)
        if text in STAND_INS and not any(has(name, text) for name in self.fonts.names):
            text = STAND_INS[text]
        return self.fonts.runs(text)


def _blank(width: int, height: int) -> Image.Image:
    from PIL import Image

    return Image.new("L", (max(1, width), max(1, height)))


def _coverage(image: Image.Image) -> np.ndarray:
    return np.asarray(image, np.float32) / 255
