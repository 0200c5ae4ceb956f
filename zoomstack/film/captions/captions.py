"""A film's captions: each level's words around its level, and where the view is in the zoom."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ...linear.smooth import smoothstep
from ...scene.between.written import lines
from ...scene.depth import Depth
from ...scene.geometry import Geometry
from ..film import Film
from ..overlay import Patch
from .breaking import plain
from .fonts import Fonts
from .measure import Measures, Place
from .setting import Setting
from .squares import Squares
from .stamp import stamp

# Of a frame, the part at each border that holds no words: some screens do not show it.
SAFE = 0.05
# Letters in a line, about: longer lines are hard to follow.
LINE = 34
# A portrait frame's letters are as large as if it were this many times as high as wide.
PORTRAIT = 1.3
# How far from its level, in levels, a caption begins to fade, and where it is gone.
STAYS, GONE = 0.3, 0.5


@dataclass(frozen=True)
class Look:
    """What a film's captions are.

    ``lines`` are the levels' captions, one each but for bridges, or none. ``scale`` shows the
    magnification, or, where ``metres`` says how wide the widest level is, how wide the view is;
    ``bar`` a scale bar; ``squares`` where the views lie that are a power of ten wide. ``size`` is
    that of the letters in percent of the frame's height, ``font`` a font's file or name
    (``Fonts``).

    Raises ``ValueError`` for a size or a width that none can have.
    """

    lines: tuple[str, ...] = ()
    scale: bool = False
    metres: float = 0.0
    bar: bool = False
    squares: bool = False
    size: float = 4.0
    font: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.metres) and self.metres >= 0):
            raise ValueError(f"The widest view is {self.metres:g} metres wide; give 0 or more.")
        if not 1 <= self.size <= 20:
            raise ValueError(
                f"The captions' size is {self.size:g} percent of the height; give 1 to 20, such "
                "as 4."
            )


class Captions:
    """The captions of ``film``: lay them over it by ``replace(film, overlay=Captions(...))``.

    Raises ``ValueError`` where there is not one line a level, and for letters that no font has.
    """

    def __init__(self, film: Film, look: Look) -> None:
        self.film, self.look = film, look
        height, width = film.height, film.width
        levels = self.levels = len(lines(film.path.bridges, film.geometry.levels))
        if look.lines and len(look.lines) != levels:
            raise ValueError(
                f"There are {len(look.lines)} captions for {levels} levels; write one line a "
                "level, a - for one without."
            )
        fonts = Fonts(look.font)
        self.setting = Setting(fonts, look.size / 100 * min(height, PORTRAIT * width))
        self.lines = tuple("" if plain(line).strip() == "-" else line for line in look.lines)
        for line in self.lines:
            fonts.runs(plain(line))
        self.margins = round(SAFE * height), round(SAFE * width)
        place = Place(height, width, *self.margins, film.levels.device)
        known = look.metres > 0
        self.measures = Measures(self.setting, place, known, look.scale, look.bar)
        self.squares = Squares(film) if look.squares else None
        self._line = lru_cache(maxsize=4)(self._stamped)

    def at(self, number: int) -> Sequence[Patch]:
        """What lies over frame ``number``."""
        film, depth = self.film, self.film.path[number]
        wide = width_of(film, number, self.look.metres)
        patches = list(self.squares.at(number, wide)) if self.squares else []
        patches += self.measures.at(decades(film.geometry, depth), wide)
        level, opacity = shown(film.path.among_lines(depth), self.levels)
        patch = self._line(level) if self.lines and opacity > 0 else None
        if patch:
            patches.append(Patch(patch.row, patch.column, patch.rgb, patch.alpha, opacity))
        return patches

    def _stamped(self, level: int) -> Patch | None:
        """A level's words, at the bottom left."""
        if not self.lines[level]:
            return None
        height, width = self.film.height, self.film.width
        down, along = self.margins
        pad = self.setting.pad
        room = min(width - 2 * along, round(LINE * self.setting.size * 0.6)) + 2 * pad
        ink = self.setting.lines(self.lines[level], room)
        row = height - down - ink.fill.shape[0] + pad
        return stamp(ink, row, along - pad, height, width, self.film.levels.device)


def decades(geometry: Geometry, depth: Depth) -> float:
    """log10 of how many times a depth is magnified over level 0."""
    level, offset = depth
    within = offset * math.log2(geometry.zooms[level]) if offset else 0.0
    return (geometry.octaves[level] + within) * math.log10(2)


def width_of(film: Film, number: int, metres: float) -> float:
    """log10 of how wide frame ``number`` is in metres, or, with none, in widths of level 0."""
    _, columns = film.view(number)
    above = decades(film.geometry, Depth(film.path[number].level))
    return (math.log10(metres) if metres else 0.0) - above + math.log10(columns.size)


def shown(depth: Depth, levels: int) -> tuple[int, float]:
    """The level whose caption a depth shows, and how much of it: 1 around the level, 0 halfway."""
    level, offset = depth
    near = level if offset <= 0.5 else (level + 1) % levels
    away = min(offset, 1 - offset)
    return near, 1 - smoothstep(min(1.0, max(0.0, (away - STAYS) / (GONE - STAYS))))
