"""Stars: round spots of light, drawn one by one rather than asked for at every pixel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .noise import POINTS, Field, points
from .region import Plane

REACH = 3  # deviations, beyond which a spot is dark


class Spots(NamedTuple):
    """Points in a region, in pixels: the middle of a pixel is a whole number."""

    x: Field
    y: Field
    luck: Field  # a number of the point's own, 0 to 1
    fate: Field  # another

    def only(self, those: Field) -> Spots:
        """A part of them."""
        return Spots(*(values[those] for values in self))


def spots(p: Plane, count: float, seed: int) -> Spots:
    """One point in each cell, ``count`` cells to a unit of ``p``, in the region and next to it."""
    x0, y0 = float(p.x[0, 0]), float(p.y[0, 0])
    side = len(p.x) * p.pixel
    columns = np.arange(np.floor(x0 * count) - 1, np.ceil((x0 + side) * count) + 2)
    rows = np.arange(np.floor(y0 * count) - 1, np.ceil((y0 + side) * count) + 2)
    i, j = (part.ravel().astype(int) for part in np.meshgrid(columns, rows))
    dx, dy, luck, fate = points(seed)[:, (j % POINTS) * POINTS + i % POINTS]
    x = ((i + dx) / count - x0) / p.pixel
    y = ((j + dy) / count - y0) / p.pixel
    near = (np.abs(x / len(p.x) - 0.5) < 0.6) & (np.abs(y / len(p.x) - 0.5) < 0.6)
    return Spots(x, y, luck, fate).only(near)


def at(field: Field, where: Spots) -> Field:
    """A field's values at points: the nearest pixel's."""
    rows, columns = (
        np.clip(np.round(v), 0, len(field) - 1).astype(int) for v in (where.y, where.x)
    )
    return field[rows, columns]


def glow(size: int, where: Spots, spread: Field, light: Field) -> Field:
    """The light of all spots on ``size`` x ``size`` pixels; ``spread`` is their deviation."""
    if not len(where.x):
        return np.zeros((size, size), np.float32)
    reach = int(np.ceil(REACH * float(spread.max())))
    grid = np.arange(-reach, reach + 1)
    columns = np.round(where.x).astype(int)[:, None] + grid
    rows = np.round(where.y).astype(int)[:, None] + grid
    wide = np.exp(-(((columns - where.x[:, None]) / spread[:, None]) ** 2) / 2)
    tall = np.exp(-(((rows - where.y[:, None]) / spread[:, None]) ** 2) / 2) * light[:, None]
    # A margin takes what falls outside.
    margin = reach + size // 8 + 2
    field = np.zeros((size + 2 * margin,) * 2, np.float32)
    place = rows[:, :, None] + margin, columns[:, None, :] + margin
    np.add.at(field, place, tall[:, :, None] * wide[:, None, :])
    return field[margin:-margin, margin:-margin]
