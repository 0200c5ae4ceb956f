"""Pictures to fit operators on: drawn scenes that do to an autoencoder what photographs do."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

SMALLEST, LARGEST = 1.5, 0.6  # half a thing's length: pixels, and as a share of the picture
AREA = 120  # pixels for each thing that is drawn
DIFFERENCES = np.array([[1, 0.7, -0.1], [1, -0.1, 0.6], [1, -0.5, -0.6]])  # grey, warm, green


def scenery(count: int, height: int, width: int, seed: int = 0) -> Tensor:
    """(count, 3, height, width) in [0, 1]: lit and textured things of all sizes, near and far.

    Dead leaves (Lee, Mumford and Huang, 2001: radii follow r^-3) with what photographs have beside
    them: textures of many slopes, things thin and ragged, edges in and out of focus, colours that
    are mostly grey, light that falls off, noise.
    The same seed gives the same pictures on every machine: numpy's RandomState, float64, and the
    rounding to 8 bits, where the last bits of one machine's sine are lost.
    """
    random = np.random.RandomState(seed)  # its stream is frozen by numpy's policy
    drawn = np.stack([_draw(random, height, width) for _ in range(count)])
    return torch.from_numpy(drawn.astype(np.float32) / 255)


def _draw(random: np.random.RandomState, height: int, width: int) -> np.ndarray:
    textures = [_texture(random, height, width) for _ in range(5)]
    palette = [_colour(random) for _ in range(random.randint(2, 7))]
    grain = 0.2 * random.rand() ** 2
    blur = 2.5 * random.rand() ** 2  # of the picture's edges, in pixels
    picture = np.empty((3, height, width))
    picture[:] = palette[0] + grain * textures[0]
    largest = LARGEST * max(height, width)
    fall = random.uniform(0.2, 2.2)  # of the numbers with the radius: 2 is scale invariant
    count = int(height * width / AREA * np.exp(random.uniform(-1, 0.5)))
    radii = (random.rand(count) * (SMALLEST**-fall - largest**-fall) + largest**-fall) ** (
        -1 / fall
    )
    for radius in radii:
        thing = (
            palette[random.randint(len(palette))]
            + 0.05 * random.randn(1, 1, 1)
            + 0.015 * random.randn(3, 1, 1)
        )
        _add(random, picture, radius, thing, textures[random.randint(5)], grain, blur)
    return _taken(random, picture)


def _add(
    random: np.random.RandomState,
    picture: np.ndarray,
    radius: float,
    colour: np.ndarray,
    texture: np.ndarray,
    grain: float,
    blur: float,
) -> None:
    """Lay one thing of that half length over the picture."""
    height, width = texture.shape
    x, y = random.rand(2) * (width, height)
    angle, power = random.rand() * np.pi, random.choice([1.0, 2.0, 2.0, 6.0])
    thin = np.exp(-2.5 * random.rand() ** 2)
    soft = 1 + blur * (0.5 + random.rand())
    shade, tint = random.randn(2) * 0.15, random.rand()
    ragged, contrast = 0.35 * random.rand() ** 2, grain * (0.3 + random.rand())
    reach = radius * 1.4 + soft
    top, bottom = max(0, int(y - reach)), min(height, int(y + reach) + 2)
    left, right = max(0, int(x - reach)), min(width, int(x + reach) + 2)
    v, u = np.ogrid[top:bottom, left:right]
    u, v = (u + 0.5 - x) / radius, (v + 0.5 - y) / radius
    own = texture[top:bottom, left:right]
    along, across = np.cos(angle) * u + np.sin(angle) * v, np.cos(angle) * v - np.sin(angle) * u
    across = across / thin
    if power == 2:
        distance = np.sqrt(along * along + across * across)
    elif power == 1:
        distance = np.abs(along) + np.abs(across)
    else:
        distance = np.maximum(np.abs(along), np.abs(across))
    distance = distance + ragged * own
    cover = np.clip((1 - distance) * radius * thin / soft + 0.5, 0, 1)
    cover = cover * cover * (3 - 2 * cover)
    light = shade[0] * u + shade[1] * v + contrast * own
    lit = colour + light * (tint + (1 - tint) * 2 * colour)
    under = picture[:, top:bottom, left:right]
    under += cover * (lit - under)


def _colour(random: np.random.RandomState) -> np.ndarray:
    """(3, 1, 1): dark as often as bright, and seldom far from grey."""
    saturation = 0.1 * random.rand() * random.randn(2)
    grey = 0.5 + np.clip(0.23 * random.randn(), -0.5, 0.5)
    return (DIFFERENCES @ np.concatenate([[grey], saturation]))[:, None, None]


def _texture(random: np.random.RandomState, height: int, width: int) -> np.ndarray:
    """(height, width), mean 0, deviation 1: noise of power f^(-2 slope), stretched one way."""
    slope, stretch, angle = random.uniform(0.6, 2.0), np.exp(0.7 * random.randn()), random.rand()
    y, x = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    cos, sin = np.cos(angle * np.pi), np.sin(angle * np.pi)
    u, v = cos * x + sin * y, cos * y - sin * x
    power = u * u * stretch + v * v / stretch
    power[0, 0] = np.inf
    field = np.fft.irfft2(
        np.fft.rfft2(random.randn(height, width)) * power ** (-slope / 2), (height, width)
    )
    field /= field.std()
    # Half of them with long tails or flat: phases that are not random.
    kind = random.randint(4)
    if kind == 0:
        field = np.abs(field) - 0.8
    elif kind == 1:
        field = np.tanh(3 * field)
    return field


def _taken(random: np.random.RandomState, picture: np.ndarray) -> np.ndarray:
    """The scene as a camera gives it: light, contrast, noise, 8 bits."""
    _, height, width = picture.shape
    v, u = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None]
    fall = 0.25 * random.randn(2)
    picture = picture * np.exp(fall[0] * u + fall[1] * v)
    picture *= random.uniform(0.25, 0.65) / picture.mean()
    picture = picture + 0.02 * random.rand() ** 2 * random.randn(3, height, width)
    return np.rint(255 * np.clip(picture, 0, 1))
