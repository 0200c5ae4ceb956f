"""Where in a wider picture a deeper one may lie: all factors, all places, on small grids.

The deeper picture is shrunk to every second size that fits, and its edges are laid over the wider
one's at every place at once, by Fourier transforms. The score is their normalised correlation. A
size is never more than one pixel off, so an edge of the frame never more than half of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...linear.lens import axis, look
from .edges import edges

STEP = 2  # pixels from one size of the deeper picture to the next
FAINT = 0.05  # of a window's edges: where there are fewer, noise would look like the picture


class Grid(NamedTuple):
    """Pixels of the longer side, the least factor, and to which size deeper pictures shrink."""

    side: int
    least: float
    smallest: int


# Of factors 1 to 5.3, and 5 to 16 or what fits: still smaller pictures are alike by chance.
GRIDS = (Grid(128, 1.0, 24), Grid(384, 5.2, 17))
MOST = 17.0
CHANCE = 5.0  # pixels: a place that is one by chance scores this over its size


class Place(NamedTuple):
    """Where a deeper picture may lie: its factor, its centre (x, y) in [0, 1], and the score.

    The score is a correlation, less what chance would give.
    """

    zoom: float
    x: float
    y: float
    score: float = 0.0


def grid_size(height: int, width: int, side: int) -> tuple[int, int]:
    """(rows, columns) of a picture whose longer side is ``side``; never more than it has."""
    scale = min(1.0, side / max(height, width))
    return max(8, round(height * scale)), max(8, round(width * scale))


class Sought:
    """Pictures of one size, shrunk to a grid: each may be sought in all others.

    ``greys`` is (N, H, W) on the grid.
    """

    def __init__(self, greys: Tensor, grid: Grid) -> None:
        self.greys = greys
        self.height, self.width = greys.shape[-2:]
        self.grid = grid
        self._edges = edges(greys)
        self._waves = torch.fft.fft2(self._edges)
        energy = self._edges.abs().square().double()
        self._sums = functional.pad(energy.cumsum(-1).cumsum(-2), (1, 0, 1, 0))

    def factors(self) -> Iterator[float]:
        """All factors that are tried, the smallest first."""
        longer = max(self.height, self.width)
        for size in range(int(longer / self.grid.least), self.grid.smallest - 1, -STEP):
            if longer / size <= MOST:
                yield longer / size

    def best(self, child: Tensor, parents: Sequence[int], keep: int = 3) -> list[list[Place]]:
        """The best places of ``child`` (H, W) in each of the parents, the best first."""
        found: list[list[Place]] = [[] for _ in parents]
        index = torch.as_tensor(parents)
        for zoom in self.factors():
            scores, centre = self._scores(child, index, zoom)
            flat = scores.flatten(1)
            top, at = flat.max(1)
            width = scores.shape[-1]
            for places, score, where in zip(found, top.tolist(), at.tolist(), strict=True):
                row, column = divmod(where, width)
                places.append(
                    Place(
                        zoom,
                        (column + centre[1]) / self.width,
                        (row + centre[0]) / self.height,
                        score,
                    )
                )
        return [_distinct(places, keep) for places in found]

    def _scores(
        self, child: Tensor, parents: Tensor, zoom: float
    ) -> tuple[Tensor, tuple[float, float]]:
        """(parents, rows, columns) for each place of the shrunk child, and its centre's offset."""
        rows, columns = int(self.height / zoom + 1e-6), int(self.width / zoom + 1e-6)
        small = edges(_shrunk(child, rows, columns, zoom))
        own = small.abs().square().sum()
        h, w = small.shape
        wave = torch.fft.fft2(small, s=self._edges.shape[-2:])
        met = torch.fft.ifft2(self._waves[parents] * wave.conj()).real
        met = met[:, : self._edges.shape[-2] - h + 1, : self._edges.shape[-1] - w + 1]
        s = self._sums[parents]
        window = s[:, h:, w:] - s[:, :-h, w:] - s[:, h:, :-w] + s[:, :-h, :-w]
        floor = FAINT * h * w
        scores = met / ((own + floor) * (window.float() + floor)).sqrt()
        return scores - CHANCE / min(h, w), (rows / 2, columns / 2)

    def rival(self, child: Tensor, parent: int, place: Place) -> Place | None:
        """The best other place of ``child`` in a parent at the factor of ``place``."""
        scores, centre = self._scores(child, torch.tensor([parent]), place.zoom)
        reach = 1 / (8 * place.zoom)
        rows, columns = (
            ((torch.arange(count) + middle) / size - at).abs() < reach
            for count, middle, size, at in zip(
                scores.shape[1:], centre, (self.height, self.width), (place.y, place.x), strict=True
            )
        )
        others = scores[0].masked_fill(rows[:, None] & columns[None], -1)
        row, column = divmod(int(others.argmax()), others.shape[1])
        score = float(others[row, column])
        x, y = (column + centre[1]) / self.width, (row + centre[0]) / self.height
        return None if score <= -1 else Place(place.zoom, x, y, score)


def _shrunk(picture: Tensor, rows: int, columns: int, zoom: float) -> Tensor:
    """The middle of a picture (H, W), ``zoom`` times smaller."""
    height, width = picture.shape
    down = axis(rows, height, (height - rows * zoom) / 2, zoom, np.float32)
    across = axis(columns, width, (width - columns * zoom) / 2, zoom, np.float32)
    return look(picture[None], down, across)[0]


def near(one: Place, other: Place) -> bool:
    """Whether two places are one: neighbouring factors, and centres within an eighth of a frame."""
    reach = 1 / (8 * min(one.zoom, other.zoom))
    alike = 0.8 < one.zoom / other.zoom < 1.25
    return alike and abs(one.x - other.x) < reach and abs(one.y - other.y) < reach


def _distinct(places: list[Place], keep: int) -> list[Place]:
    chosen: list[Place] = []
    for place in sorted(places, key=lambda place: -place.score):
        if not any(near(place, other) for other in chosen):
            chosen.append(place)
        if len(chosen) == keep:
            break
    return chosen
