"""How levels lie over each other where a camera or a tile sees several of them.

Each deeper level lies over the wider ones, where its frame is, with a *share* (how far it has faded
in) and a soft edge inside its frame. A film's frames and a deep-zoom image's tiles are made here;
web/zoom/layers.mjs is the same for the viewer, held to this by tests/js/viewer.json.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..linear.lens import Along, look_along
from ..linear.smooth import rise, smoothstep
from ..scene.depth import Depth
from ..scene.geometry import TOUCH, Geometry
from ..scene.span import SLACK, Span
from .course import TURNS

FADE = 0.6  # of the way to a deeper level (in log magnification), over which it fades in
CACHED = 2**16  # values of a picture: with what is made of them, half a megabyte
FEATHER = 0.3  # of a level's frame, the most that its soft edge is wide

Widths = tuple[float, float]
"""How wide a level's soft edge is at its first and its last border, in its own frame; 0: none."""


class Layer(NamedTuple):
    """A level as one picture of several needs it."""

    level: int
    rows: Span  # what the picture shows, in this level's frame
    columns: Span
    share: float  # of this level where it lies, against the levels above it


def layers_of(
    geometry: Geometry, depth: Depth, rows: Span, columns: Span, fade: float = FADE
) -> list[Layer]:
    """The levels that make the view ``rows`` x ``columns`` at ``depth``, widest first.

    The view is in the frame of ``depth.level``. The first layer fills the picture; between two
    levels the deeper one is the last, and has faded in by ``fade`` of the way. Only where the view
    leaves its level do wider ones show what is there; in a ring there is always a wider one, and
    a level may be there twice.
    """
    level, place = depth.level, geometry.placement
    layers = [Layer(level, rows, columns, 1.0)]
    if depth.offset > 0:
        child = geometry.neighbours[level][1]
        down, across = place(level, child)
        share = float(rise(np.array(depth.offset / fade)))
        layers.append(Layer(child, rows.to_child(down), columns.to_child(across), share))
    wider = level + (TURNS * geometry.levels if geometry.closed else 0)
    while wider > 0 and not (rows.inside and columns.inside):
        parent, child = geometry.neighbours[(wider - 1) % geometry.levels]
        down, across = place(parent, child)
        rows, columns, wider = rows.from_child(down), columns.from_child(across), wider - 1
        layers.insert(0, Layer(parent, rows, columns, 1.0))
    return layers


def composed(
    layers: Sequence[Layer],
    picture: Callable[[int], Tensor],
    size: tuple[int, int],
    widths: Callable[[Span], Widths],
    shift: float = 0.0,
) -> Tensor:
    """The picture (C, *size) that ``layers`` make, of which the first fills it.

    ``picture(level)`` is a level, (C, H, W); ``widths(span)`` how wide its soft edge is along an
    axis that shows ``span`` of it. ``shift`` moves what every pixel sees, in pixels to the right.
    """
    base, *over = layers
    whole = _seen(base, picture, (slice(0, size[0]), slice(0, size[1])), size, shift)
    for layer in over:
        top, left = covered(layer.rows, size[0]), covered(layer.columns, size[1])
        if layer.share == 0 or top.start >= top.stop or left.start >= left.stop:
            continue
        part = _seen(layer, picture, (top, left), size, shift)
        down = soft_edge(layer.rows, top, size[0], widths(layer.rows), part)
        across = soft_edge(layer.columns, left, size[1], widths(layer.columns), part)
        under, down = whole[:, top, left], (layer.share * down)[:, None]
        for rows in in_cache(part):
            under[:, rows].lerp_(part[:, rows], (down[rows] * across).expand_as(part[:, rows]))
    return whole


def in_cache(picture: Tensor) -> Iterator[slice]:
    """The rows of ``picture`` (C, H, W), as many at a time as a processor's cache holds.

    A frame is a hundred times that: each step over all of it would wait for the memory. A GPU
    would rather have all rows at once.
    """
    count = max(1, CACHED // picture.shape[2])
    if picture.is_cuda:
        count = picture.shape[1]
    for first in range(0, picture.shape[1], count):
        yield slice(first, first + count)


def covered(span: Span, count: int) -> slice:
    """The pixels, of ``count`` that show ``span`` of a level, that lie wholly inside the level."""
    scale = count / span.size
    first, stop = -span.first * scale, (1 - span.first) * scale
    return slice(max(0, math.ceil(first - TOUCH)), min(count, math.floor(stop + TOUCH)))


def narrowing(span: Span, feather: float = FEATHER) -> Widths:
    """A film's edges: as wide as what is seen beyond a border, ``feather`` at most.

    Where a level comes to fill the frame it has no edge left, and no level pops in.
    """
    before, after = (min(feather, out) for out in (-span.first, span.last - 1))
    return before if before > SLACK else 0.0, after if after > SLACK else 0.0


def soft_edge(span: Span, pixels: slice, count: int, widths: Widths, like: Tensor) -> Tensor:
    """The weight of a level's ``pixels``, of ``count``, rising from 0 at a border with a width.

    In ``like``'s dtype, made on its device.
    """
    # In double precision; Apple's GPUs have none.
    device = like.device if like.is_cuda else "cpu"
    along = torch.arange(pixels.start, pixels.stop, dtype=torch.float64, device=device)
    at = span.first + (along + 0.5) * span.size / count
    weight = torch.ones_like(at)
    for distance, width in zip((at, 1 - at), widths, strict=True):
        if width > 0:
            weight *= smoothstep((distance / width).clamp(0, 1))
    return weight.to(like)


def _seen(
    layer: Layer,
    picture: Callable[[int], Tensor],
    pixels: tuple[slice, slice],
    size: tuple[int, int],
    shift: float,
) -> Tensor:
    """Some pixels, of all ``size``, of one level alone."""
    level = picture(layer.level)
    axes = []
    for span, part, count, length, moved in zip(
        (layer.rows, layer.columns), pixels, size, level.shape[-2:], (0.0, shift), strict=True
    ):
        step = span.size * length / count
        start = span.first * length + (part.start + moved) * step
        axes.append(Along(part.stop - part.start, start, step))
    return look_along(level, *axes)
