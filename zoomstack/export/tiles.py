"""The picture of any part of a stack's whole scene: what a tile of a deep-zoom image shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..film.camera import Span
from ..linear.lens import axis, look
from ..linear.precision import working
from ..scene.geometry import TOUCH
from ..scene.stack import ZoomStack

# As in a film's frame, a deeper level fades in over this share of the way to it ...
FADE = 0.6
# ... and has a soft edge of this share of its frame: narrower than a film's, for all of it stays.
FEATHER = 0.1


class Layer(NamedTuple):
    """A level as a tile needs it: what the tile shows, in the level's frame, and its share."""

    level: int
    rows: Span
    columns: Span
    share: float

    @property
    def fills(self) -> bool:
        """Whether the level alone makes the tile."""
        low, high = FEATHER, 1 - FEATHER
        spans = (self.rows, self.columns)
        return self.share == 1 and all(low <= span.first and span.last <= high for span in spans)


def shares(magnification: Sequence[float], fine: float) -> list[float]:
    """The levels that show in an image ``fine`` times as fine as level 0: how far each is in."""
    found = [1.0]
    for wide, deep in zip(magnification, magnification[1:], strict=False):
        # A last digit must not keep the level out that the image's pixels are made of.
        way = math.log(fine / wide * (1 + 1e-12)) / math.log(deep / wide)
        if way <= 0:
            break
        found.append(1.0 if way >= 1 else float(_rise(np.array(way / FADE))))
    return found


@torch.no_grad()
def paint(
    stack: ZoomStack, rows: Span, columns: Span, shape: tuple[int, int], parts: Sequence[float]
) -> Tensor:
    """What lies in ``rows`` x ``columns`` of level 0's frame, as (C, *shape) in [0, 1].

    ``parts`` are the shares of the levels, widest first.
    """
    layers = _layers(stack, rows, columns, parts)
    while len(layers) > 1 and layers[1].fills:
        layers.pop(0)
    base, *over = layers
    frame = _look(stack, base, slice(0, shape[0]), slice(0, shape[1]), shape)
    for layer in over:
        down, across = _covered(layer.rows, shape[0]), _covered(layer.columns, shape[1])
        if down.start >= down.stop or across.start >= across.stop:
            break
        patch = _look(stack, layer, down, across, shape)
        edge = _soft_edge(layer.rows, down, shape[0]), _soft_edge(layer.columns, across, shape[1])
        weight = torch.from_numpy(layer.share * np.outer(*edge)).to(patch)
        frame[:, down, across].lerp_(patch, weight.expand_as(patch))
    return frame.clamp_(0, 1)


def _layers(stack: ZoomStack, rows: Span, columns: Span, parts: Sequence[float]) -> list[Layer]:
    layers = [Layer(0, rows, columns, parts[0])]
    for level, share in enumerate(parts[1:], start=1):
        place = stack.geometry.placement(level - 1, level)
        rows, columns = rows.to_child(place[0]), columns.to_child(place[1])
        if share > 0:
            layers.append(Layer(level, rows, columns, share))
    return layers


def _look(
    stack: ZoomStack, layer: Layer, down: slice, across: slice, shape: tuple[int, int]
) -> Tensor:
    """The part of a level that some pixels of a tile show."""
    picture = working(stack.levels[layer.level])
    bands = []
    for span, pixels, count, size in (
        (layer.rows, down, shape[0], picture.shape[-2]),
        (layer.columns, across, shape[1], picture.shape[-1]),
    ):
        step = span.size * size / count
        start = span.first * size + pixels.start * step
        bands.append(axis(pixels.stop - pixels.start, size, start, step))
    return look(picture, bands[0], bands[1])


def _covered(span: Span, count: int) -> slice:
    """The pixels, of ``count``, that lie wholly inside the level."""
    scale = count / span.size
    first, stop = -span.first * scale, (1 - span.first) * scale
    return slice(max(0, math.ceil(first - TOUCH)), min(count, math.floor(stop + TOUCH)))


def _soft_edge(span: Span, pixels: slice, count: int) -> np.ndarray:
    at = span.first + (np.arange(pixels.start, pixels.stop) + 0.5) * span.size / count
    return _rise(np.minimum(at, 1 - at) / FEATHER)


def _rise(t: np.ndarray) -> np.ndarray:
    t = np.clip(t, 0, 1)
    return t * t * (3 - 2 * t)
