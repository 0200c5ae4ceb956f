"""Noise and scattered points at any coordinates: the raw material of the world.

Everything is a pure function of position and a seed, so two regions of one scene agree wherever
they overlap. Coordinates are arrays of one shape, in units of the caller's choice; ``pixel`` is
the size of a pixel in them, below which no detail is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np

from ...linear.smooth import smoothstep

Field = np.ndarray

TILE, STEPS = 1024, 8  # samples of the noise tile's side, and samples to a unit
WAVE, SPREAD = 1.6, 0.3  # units to a wave of the tile's noise; its spread in octaves
TURN = 2.4  # radians from one octave to the next: no axis is preferred
POINTS = 64  # cells of a scatter's grid, a side
FINEST = 2.4  # pixels to the shortest wave that is drawn


@cache
def _tile() -> Field:
    """Periodic noise of about one wavelength, isotropic, of variance 1; rows end to end."""
    draw = np.random.RandomState(7)
    waves = np.fft.fftfreq(TILE, 1 / TILE)[:, None], np.fft.rfftfreq(TILE, 1 / TILE)[None]
    radius = np.maximum(np.hypot(*waves), 1e-3) / (TILE / STEPS / WAVE)
    ring = np.exp(-((np.log2(radius) / SPREAD) ** 2) / 2)
    field = np.fft.irfft2(np.fft.rfft2(draw.standard_normal((TILE, TILE))) * ring)
    return np.pad(field / field.std(), (0, 1), mode="wrap").astype(np.float32).ravel()


def noise(x: Field, y: Field, seed: int) -> Field:
    """Smooth noise with about one wave to 1.6 units, of variance 1."""
    draw = np.random.RandomState(seed & 0x7FFFFFFF)
    angle, left, top = draw.uniform(0, TURN), *draw.uniform(0, TILE, 2)
    c, s = np.float32(np.cos(angle) * STEPS), np.float32(np.sin(angle) * STEPS)
    u = c * x - s * y + np.float32(left)
    v = s * x + c * y + np.float32(top)
    i, j = np.floor(u), np.floor(v)
    u -= i
    v -= j
    i, j = i.astype(np.int32), j.astype(np.int32)
    i &= TILE - 1
    j &= TILE - 1
    # Neighbours lie side by side in memory: a step to the right wraps only at the tile's edge,
    # for which the tile has one column and one row more.
    place = j * (TILE + 1) + i
    flat = _tile()
    upper = flat.take(place)
    upper += u * (flat.take(place + 1) - upper)
    place += TILE + 1
    lower = flat.take(place)
    lower += u * (flat.take(place + 1) - lower)
    upper += v * (lower - upper)
    return upper


def fractal(
    x: Field, y: Field, seed: int, pixel: float, base: float = 1.0, gain: float = 0.5, top: int = 12
) -> Field:
    """Octaves of noise from ``base`` waves a unit up to the pixels, each ``gain`` of the last.

    At most ``top`` octaves. The first has variance 1.
    """
    total = np.zeros(np.broadcast(x, y).shape, np.float32)
    for octave in range(top):
        frequency = base * WAVE * 2.0**octave
        seen = min(1.0, 2 * WAVE / (FINEST * pixel * frequency) - 1)
        if seen <= 0:
            break
        scale = np.float32(frequency)
        total += np.float32(seen * gain**octave) * noise(x * scale, y * scale, seed + 131 * octave)
    return total


class Spot(NamedTuple):
    """The points nearest to each position that one cell of a scatter holds."""

    x: Field  # from the point to the position
    y: Field
    luck: Field  # a number of the point's own, 0 to 1
    fate: Field  # another


@lru_cache(64)
def points(seed: int, jitter: float = 0.9) -> Field:
    """One point for each cell of a periodic grid: (4, cells), its place and two numbers in [0, 1).

    The place is in cells from the cell's middle, at most ``jitter`` / 2; cell 0 has it at 0.
    """
    draw = np.random.RandomState(seed & 0x7FFFFFFF)
    table = draw.random_sample((4, POINTS * POINTS)).astype(np.float32)
    table[:2] = (table[:2] - 0.5) * np.float32(jitter)
    table[:2, 0] = 0
    return table


def scatter(x: Field, y: Field, seed: int, jitter: float = 0.9) -> Iterator[Spot]:
    """One point in each unit cell, moved by up to ``jitter`` / 2: the nine cells round a position.

    The cell round the origin has its point there.
    """
    flat = points(seed, jitter)
    i, j = np.round(x), np.round(y)
    u, v = x - i, y - j
    i, j = i.astype(np.int32), j.astype(np.int32)
    for dy, dx in product((-1, 0, 1), repeat=2):
        index = ((j + dy) & (POINTS - 1)) * POINTS + ((i + dx) & (POINTS - 1))
        px, py, luck, fate = (values.take(index) for values in flat)
        yield Spot(u - np.float32(dx) - px, v - np.float32(dy) - py, luck, fate)


class Cells(NamedTuple):
    """A plane's division into polygons round scattered points."""

    edge: Field  # distance to the nearest wall, units
    x: Field  # from the cell's point to the position
    y: Field
    luck: Field
    fate: Field


def cells(x: Field, y: Field, seed: int, jitter: float = 0.75) -> Cells:
    """The polygon that each position lies in (Worley's F2 - F1, turned into a distance)."""
    near = np.full(x.shape, 9, np.float32)
    second = near.copy()
    own = [np.zeros(x.shape, np.float32) for _ in range(4)]
    for spot in scatter(x, y, seed, jitter):
        distance = np.sqrt(spot.x * spot.x + spot.y * spot.y)
        closer = distance < near
        second = np.where(closer, near, np.minimum(second, distance))
        near = np.where(closer, distance, near)
        for mine, theirs in zip(own, spot, strict=True):
            np.copyto(mine, theirs, where=closer)
    return Cells(np.subtract(second, near) / 2, *own)


def ramp(value: Field, low: float, high: float) -> Field:
    """0 up to ``low``, 1 from ``high``, smooth in between (smoothstep)."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    return smoothstep(t)
