"""The region that is being drawn: its places in every scale's coordinates, and its canvas."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .noise import Field, ramp
from .scales import SCALES
from .scene import Scene

OCTAVES = {scale.name: scale.octave for scale in SCALES}


class Plane(NamedTuple):
    """Coordinates in which a scale's own picture is the square from -1/2 to 1/2."""

    x: Field
    y: Field
    pixel: float  # a pixel's side

    @property
    def radius(self) -> Field:
        """The distance from the scale's subject."""
        return np.sqrt(self.x * self.x + self.y * self.y)

    def times(self, factor: float) -> Plane:
        """The same places in units that are ``factor`` times smaller."""
        f = np.float32(factor)
        return Plane(self.x * f, self.y * f, self.pixel * factor)

    def around(self, x: float, y: float, angle: float = 0.0) -> Plane:
        """With (x, y) as the origin and the axes turned by ``angle``."""
        u, v = self.x - np.float32(x), self.y - np.float32(y)
        c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        return self._replace(x=c * u + s * v, y=c * v - s * u)

    def cover(self, inside: Field, softness: float = 0.0) -> Field:
        """How much of each pixel a shape covers, of the signed distance to its outline."""
        half = max(0.7 * self.pixel, softness / 2)
        return ramp(inside, -half, half)

    def line(self, distance: Field, half: Field | float, softness: float = 0.0) -> Field:
        """How much of each pixel a line covers that is ``half`` to either side of its middle."""
        thin = np.minimum(np.asarray(half, np.float32) * np.float32(2 / self.pixel), 1)
        return self.cover(half - distance, softness) * thin


class Region:
    """A square region of ``scene`` at ``octave``, of ``size`` pixels a side, moved by ``shift``."""

    def __init__(
        self, scene: Scene, octave: float, size: int, shift: tuple[float, float] = (0.0, 0.0)
    ) -> None:
        self.scene, self.octave, self.size = scene, octave, size
        self.canvas = np.zeros((size, size, 3), np.float32)
        # What a painter leaves for the next one; None where it had nothing to paint.
        self.wooded: Field | None = None  # where trees stand on the ground
        self.leafy: Field | None = None  # where leaves hang on the tree
        middle = (np.arange(size) + 0.5) / size - 0.5
        self._x, self._y = middle + shift[0], middle + shift[1]
        self._planes: dict[str, Plane] = {}

    def plane(self, name: str) -> Plane:
        """The region's pixels in the coordinates of the scale ``name``."""
        if name not in self._planes:
            width = 2.0 ** (OCTAVES[name] - self.octave)
            x0, y0 = self.scene.focus[name]
            x = (self._x * width + x0).astype(np.float32)
            y = (self._y * width + y0).astype(np.float32)
            shape = (self.size, self.size)
            self._planes[name] = Plane(
                np.broadcast_to(x[None], shape),
                np.broadcast_to(y[:, None], shape),
                width / self.size,
            )
        return self._planes[name]

    def paint(self, colour: Field, cover: Field) -> None:
        """Lay ``colour`` (..., 3) over the canvas where ``cover`` is 1."""
        self.canvas += (colour - self.canvas) * cover[..., None]

    def shine(self, colour: Field, light: Field) -> None:
        """Add light of ``colour``."""
        self.canvas += np.asarray(colour, np.float32) * light[..., None]

    def shade(self, dark: Field) -> None:
        """Take the share ``dark`` of the canvas's light away."""
        self.canvas *= (1 - dark)[..., None]


def rgb(*parts: float) -> Field:
    """A colour."""
    return np.array(parts, np.float32)


def mix(one: Field, other: Field, share: Field) -> Field:
    """``one`` where ``share`` is 0, ``other`` where it is 1; colours (..., 3)."""
    return one + (other - one) * share[..., None]
