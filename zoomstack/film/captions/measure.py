"""What stands in a corner of a film: how far in it is, how wide its view is, and a scale bar.

Its numbers count on in every frame, its round lengths slide and cross-fade.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import torch

from ...linear.smooth import smoothstep
from ..overlay import Patch
from . import scale
from .setting import DARK, Ink, Setting
from .stamp import ruled, stamp

# Of the letters' size: the power of ten, the bar's name, the bar's height and that of its ends.
POWER, NAME, BAR, END = 0.8, 0.62, 0.09, 0.34
# Of a decade, before and after a power of ten changes: over it the old one goes and the new comes.
CHANGE = 0.06
# Of the longest bar: from here on it goes and the next one comes.
LEAVES = 0.8
MOST = 0.3
# About the longest of each line, where the view's width is known and where it is not.
_UNIT = max((unit for unit, _ in scale.UNITS), key=len)
KNOWN = f"888 {_UNIT}", "10⁻⁸⁸ m", f"500 {_UNIT}"
UNKNOWN = "× 888,888", "10⁸⁸⁸", "5·10⁻⁸⁸ of the widest view"


@dataclass(frozen=True, eq=False)
class Place:
    """A corner of a frame, ``height`` x ``width``: its top left, in pixels, and whose device."""

    height: int
    width: int
    row: int
    column: int
    device: torch.device


class Measures:
    """The lines in the corner ``place``, in the letters of ``setting``.

    All smaller where a line would leave the frame at its longest: so none changes its size.

    ``words``: the magnification, or the width of the view where it is ``known`` in metres.
    """

    def __init__(
        self, setting: Setting, place: Place, known: bool, words: bool = True, bar: bool = True
    ) -> None:
        self.place, self.known, self.words, self.bar = place, known, words, bar
        sizes = (setting.size, setting.size * POWER, setting.size * NAME)
        self.settings = [Setting(setting.fonts, size) for size in sizes]
        longest = max(map(_wide, self.settings, KNOWN if known else UNKNOWN))
        if (share := (place.width - 2 * place.column) / longest) < 1:
            self.settings = [Setting(each.fonts, int(share * each.size)) for each in self.settings]
        self._line = lru_cache(maxsize=96)(self._stamped)

    def at(self, magnified: float, wide: float) -> Iterator[Patch]:
        """The patches where the view is magnified 10^``magnified`` times and 10^``wide`` m wide."""
        if self.words:
            line = scale.length(wide) if self.known else scale.magnification(magnified)
            yield from self._shown(0, line)
            tens = wide if self.known else magnified
            away = abs(tens - math.floor(tens) - 0.5)
            line = scale.power(tens, "m" if self.known else "")
            yield from self._shown(1, line, smoothstep(min(1.0, away / CHANGE)))
        if self.bar:
            yield from self._bars(wide)

    def _bars(self, wide: float) -> Iterator[Patch]:
        long = scale.bar(wide, self.known, MOST)
        going = max(0.0, math.log(long.share / (LEAVES * MOST)) / -math.log(LEAVES))
        next_one = scale.bar(wide, self.known, long.share * (1 - 1e-6)) if going > 0 else long
        yield from self._bar(long.share, 1 - smoothstep(going))
        yield from self._shown(2, long.name, 1 - smoothstep(min(1.0, 2 * going)))
        if going > 0:
            yield from self._bar(next_one.share, smoothstep(going))
            yield from self._shown(2, next_one.name, smoothstep(max(0.0, 2 * going - 1)))

    def _bar(self, share: float, opacity: float) -> Iterator[Patch]:
        if opacity <= 0:
            return
        size = self.settings[0].size
        thick, end, shade = (max(1.5, size * BAR), size * END, max(1.0, size * BAR / 2))
        left, right = self.place.column, self.place.column + share * self.place.width
        top, low = self._tops[3], self._tops[3] + end
        start, first = (math.floor(at - shade) for at in (top, left))
        high, long = (math.ceil(at + shade) - s for at, s in ((low, start), (right, first)))

        def bracket(by: float) -> np.ndarray:
            """A line with a mark at either end, all ``by`` wider than it is."""
            line = ruled(low - thick - by, low + by, start, high)
            whole = ruled(left - by, right + by, first, long)
            marks = ruled(left - by, left + thick + by, first, long)
            marks = marks + ruled(right - thick - by, right + by, first, long)
            ends = np.multiply.outer(ruled(top - by, low + by, start, high), np.minimum(marks, 1))
            return np.maximum(np.multiply.outer(line, whole), ends)

        if patch := self._stamp(Ink(bracket(0), DARK * bracket(shade)), start, first):
            yield Patch(patch.row, patch.column, patch.rgb, patch.alpha, opacity)

    def _shown(self, line: int, text: str, opacity: float = 1.0) -> Iterator[Patch]:
        patch = self._line(line, text) if opacity > 0 else None
        if patch:
            yield Patch(patch.row, patch.column, patch.rgb, patch.alpha, opacity)

    def _stamped(self, line: int, text: str) -> Patch | None:
        setting = self.settings[line]
        pad = setting.pad
        row, column = self._tops[line] - pad, self.place.column - pad
        return self._stamp(setting.counted(text), row, column)

    def _stamp(self, ink: Ink, row: int, column: int) -> Patch | None:
        p = self.place
        return stamp(ink, row, column, p.height, p.width, p.device)

    @cached_property
    def _tops(self) -> tuple[int, int, int, int]:
        """The first rows of number, power, bar's name and bar."""
        number, power, name = (setting.leading for setting in self.settings)
        under = self.place.row + self.words * (number + power + self.settings[2].size // 3)
        return self.place.row, self.place.row + number, under, under + name


def _wide(setting: Setting, text: str) -> int:
    """How many pixels wide a line is, without its shade."""
    return setting.counted(text).fill.shape[1] - 2 * setting.pad
