"""A stack as a deep-zoom image (DZI): tiles that OpenSeadragon and others open.

The image has the deepest level's pixels all over, which no disk could hold; but above its own
frame a level knows nothing finer, so the image is *sparse*: at each resolution there are tiles
only where some level is finer than the resolution before, and the descriptor's DisplayRects say
where that is. A viewer enlarges the coarser tiles elsewhere. So the number of tiles grows with the
number of levels, not with the magnification.

Format: https://learn.microsoft.com/previous-versions/windows/silverlight/dotnet-windows-silverlight/cc645077(v=vs.95)
"""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from ..files.whole import new_folder, replacing
from ..scene.span import Span
from ..scene.stack import ZoomStack
from .pictures import LOSSLESS, check_quality, encoded, image
from .tiles import paint, shares

TILE, OVERLAP = 254, 1
# Pixels of the whole image's longer side: viewers compute places in it in double precision.
MOST_PIXELS = 2**40
QUALITY = 92


class Area(NamedTuple):
    """A box of the image at one resolution, in that resolution's pixels."""

    left: int
    top: int
    right: int
    bottom: int


class Tile(NamedTuple):
    octave: int  # the format's "level"; the whole image is one pixel at 0
    column: int
    row: int


class DeepZoom:
    """The deep-zoom image of ``stack``: ``len(image.tiles)`` of them, ``image.picture(tile)``.

    ``quality``: 1 to 99 for JPEG tiles, 100 for PNG, which keeps every pixel. Raises ``ValueError``
    where the image would have more than 2**40 pixels a side, and says how many levels fit; and for
    a closed stack, which has no deepest level.
    """

    def __init__(self, stack: ZoomStack, quality: int = QUALITY) -> None:
        check_quality(quality)
        self.stack, self.quality = stack, quality
        self.kind = "png" if quality == LOSSLESS else "jpg"
        g = self.geometry = stack.geometry
        if g.closed:
            raise ValueError(
                "A deep-zoom image (dzi) ends at a deepest level, and a closed zoom goes on for "
                "ever. Export it as a page (html), or cut the ring open first (Cut Zoom)."
            )
        side = math.log2(max(g.height, g.width))
        fit = sum(octave + side <= math.log2(MOST_PIXELS) for octave in g.octaves)
        if fit < g.levels:
            raise ValueError(
                "A deep-zoom image may have 2**40 pixels a side, and this one would have about "
                f"1e{(g.octaves[-1] + side) * math.log10(2):.0f}: it has room for the first {fit} "
                f"of these {g.levels} levels. Export those, or a page (html), which has no bound."
            )
        self.magnification = tuple(2.0**octave for octave in g.octaves)
        deepest = self.magnification[-1]
        self.width, self.height = (_side(round(side * deepest)) for side in (g.width, g.height))
        self.octaves = math.ceil(math.log2(max(self.width, self.height))) + 1
        self.tiles = tuple(self._tiles())

    def save(self, path: str | os.PathLike[str]) -> Generator[int, None, None]:
        """Write ``path`` (.dzi) and the folder of its tiles beside it; yields tiles done.

        The descriptor comes last, so that a file of that name is a whole image.
        """
        target = Path(path)
        tiles = target.with_name(f"{target.stem}_files")
        with new_folder(tiles) as folder:
            for done, tile in enumerate(self.tiles, start=1):
                place = folder / str(tile.octave)
                place.mkdir(exist_ok=True)
                name = f"{tile.column}_{tile.row}.{self.kind}"
                content = encoded(image(self.picture(tile)), self.kind, self.quality)
                (place / name).write_bytes(content)
                yield done
        try:
            with replacing(target) as temporary:
                Path(temporary).write_text(self.descriptor, "utf-8")
        except BaseException:
            shutil.rmtree(tiles, ignore_errors=True)
            raise

    @property
    def descriptor(self) -> str:
        """The .dzi file's XML."""
        rects = []
        for octave in range(self.octaves):
            area = self._known(octave)
            box = (
                f'<Rect X="{area.left}" Y="{area.top}" Width="{area.right - area.left}" '
                f'Height="{area.bottom - area.top}"/>'
            )
            rects.append(
                f'    <DisplayRect MinLevel="{octave}" MaxLevel="{octave}">{box}</DisplayRect>\n'
            )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<Image xmlns="http://schemas.microsoft.com/deepzoom/2008" '
            f'Format="{self.kind}" Overlap="{OVERLAP}" TileSize="{TILE}">\n'
            f'  <Size Width="{self.width}" Height="{self.height}"/>\n'
            f"  <DisplayRects>\n{''.join(rects)}  </DisplayRects>\n</Image>\n"
        )

    def picture(self, tile: Tile) -> Tensor:
        """A tile's picture: (C, height, width) in [0, 1]."""
        area, scale = self._area(tile), self._scale(tile.octave)
        rows = Span(area.top / (scale * self.height), area.bottom / (scale * self.height))
        columns = Span(area.left / (scale * self.width), area.right / (scale * self.width))
        shape = area.bottom - area.top, area.right - area.left
        fine = scale * self.magnification[-1]
        return paint(self.stack, rows, columns, shape, shares(self.magnification, fine))

    def _scale(self, octave: int) -> float:
        return 2.0 ** (octave + 1 - self.octaves)

    def _tiles(self) -> Iterator[Tile]:
        for octave in range(self.octaves):
            area, scale = self._known(octave), self._scale(octave)
            # Which tiles a rectangle asks for is OpenSeadragon's rule.
            columns, rows = (
                range(math.floor(low * scale / TILE), math.ceil(high * scale / TILE))
                for low, high in ((area.left, area.right), (area.top, area.bottom))
            )
            yield from (Tile(octave, column, row) for row in rows for column in columns)

    def _known(self, octave: int) -> Area:
        """Where this resolution shows more than the one before, in the whole image's pixels."""
        before = self._scale(octave) * self.magnification[-1] / 2
        finer = sum(one <= before * (1 + 1e-9) for one in self.magnification[:-1])
        if finer == 0:
            return Area(0, 0, self.width, self.height)
        rows, columns = self.geometry.placement(0, finer)
        top, left = rows.left / rows.size, columns.left / columns.size
        bottom, right = top + 1 / rows.zoom, left + 1 / columns.zoom
        return Area(
            max(0, math.floor(left * self.width)),
            max(0, math.floor(top * self.height)),
            min(self.width, math.ceil(right * self.width)),
            min(self.height, math.ceil(bottom * self.height)),
        )

    def _area(self, tile: Tile) -> Area:
        """A tile's pixels: its own, and one of each neighbour's."""
        scale = self._scale(tile.octave)
        width, height = (max(1, math.ceil(side * scale)) for side in (self.width, self.height))
        return Area(
            max(0, tile.column * TILE - OVERLAP),
            max(0, tile.row * TILE - OVERLAP),
            min(width, (tile.column + 1) * TILE + OVERLAP),
            min(height, (tile.row + 1) * TILE + OVERLAP),
        )


def _side(pixels: int) -> int:
    """Pixels of a side, one less for a large power of two.

    Viewers find the number of resolutions by logarithms, and OpenSeadragon's of 2**29 or 2**39
    comes out a digit too large.
    """
    return pixels - (pixels > 2**20 and pixels.bit_count() == 1)
