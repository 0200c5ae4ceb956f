"""The picture of any part of a stack's whole scene: what a tile of a deep-zoom image shows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ..film.layers import FADE, Layer, composed
from ..linear.precision import working
from ..linear.smooth import rise
from ..scene.span import Span
from ..scene.stack import ZoomStack

FEATHER = 0.1  # of a level's frame, its soft edge: narrower than a film's, for all of it stays


def shares(magnification: Sequence[float], fine: float) -> list[float]:
    """The levels that show in an image ``fine`` times as fine as level 0: how far each is in."""
    found = [1.0]
    for wide, deep in zip(magnification, magnification[1:], strict=False):
        # A last digit must not keep the level out that the image's pixels are made of.
        way = math.log(fine / wide * (1 + 1e-12)) / math.log(deep / wide)
        if way <= 0:
            break
        found.append(1.0 if way >= 1 else float(rise(np.array(way / FADE))))
    return found


@torch.no_grad()
def paint(
    stack: ZoomStack, rows: Span, columns: Span, shape: tuple[int, int], parts: Sequence[float]
) -> Tensor:
    """What lies in ``rows`` x ``columns`` of level 0's frame, as (C, *shape) in [0, 1].

    ``parts`` are the shares of the levels, widest first.
    """
    layers = _layers(stack, rows, columns, parts)
    while len(layers) > 1 and _fills(layers[1]):
        layers.pop(0)
    picture = composed(
        layers, lambda level: working(stack.levels[level]), shape, lambda span: (FEATHER, FEATHER)
    )
    return picture.clamp_(0, 1)


def _layers(stack: ZoomStack, rows: Span, columns: Span, parts: Sequence[float]) -> list[Layer]:
    layers = [Layer(0, rows, columns, parts[0])]
    for (parent, level), share in zip(stack.geometry.neighbours, parts[1:], strict=False):
        down, across = stack.geometry.placement(parent, level)
        rows, columns = rows.to_child(down), columns.to_child(across)
        if share > 0:
            layers.append(Layer(level, rows, columns, share))
    return layers


def _fills(layer: Layer) -> bool:
    """Whether the level alone makes the tile."""
    inside = (FEATHER <= span.first and span.last <= 1 - FEATHER for span in layer[1:3])
    return layer.share == 1 and all(inside)
