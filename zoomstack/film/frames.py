"""The frames of a zoom video, one at a time: each level laid over the enlarged one above it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..linear.lens import Band, axis, look
from ..linear.precision import working
from ..scene.geometry import TOUCH, Geometry
from ..spaces.space import check_levels
from .camera import SLACK, Camera, Span
from .path import Depth


class Layer(NamedTuple):
    """A level as one frame needs it."""

    level: int
    rows: Span  # what the frame shows, in this level's frame
    columns: Span
    share: float  # of this level where it lies, against the levels above it


class FrameRenderer:
    """Frames of ``stack`` (N, C, H, W) at any depth, ``height`` x ``width`` (0: the levels' own).

    At a whole depth and the levels' own size a frame is that view, unchanged. Between, the deeper
    level fades in over the first ``fade`` of the way (in log magnification, weights that sum to 1)
    and has a soft edge inside its frame: ``feather`` of its size at most, and never more than lies
    outside of it, so that it is whole when it fills the frame. Only two levels make a frame, and
    more only where the camera leaves one on a bend: a larger frame is a smooth enlargement, so
    upscale the levels, not the frames.

    An aspect ratio other than the levels' is cropped to, around the middle.

    ``colours`` changes a level's channels before it is seen, (C, H, W) to another C in [0, 1];
    ``shift`` moves what every pixel sees, in pixels to the right.

    Holds no frame: safe to share between threads. Raises ``ValueError`` where the stack does not
    fit the geometry.
    """

    def __init__(
        self,
        stack: Tensor,
        geometry: Geometry,
        height: int = 0,
        width: int = 0,
        fade: float = 0.6,
        feather: float = 0.3,
        colours: Callable[[Tensor], Tensor] | None = None,
        shift: float = 0.0,
    ) -> None:
        check_levels(stack, geometry)
        if height < 0 or width < 0:
            raise ValueError(
                f"A frame of {width} x {height} pixels has no picture; give a width and a height "
                "of at least 1, or 0 for the levels' own."
            )
        self.stack = stack
        self.geometry = geometry
        self.height = height or geometry.height
        self.width = width or geometry.width
        self.fade = fade
        self.feather = feather
        self.colours = colours
        self.shift = shift
        self.camera = Camera(geometry)
        # A film looks at two levels at a time, and at a third where the camera leaves one.
        self._level = lru_cache(maxsize=4)(self._seen) if colours else self._seen

    @torch.no_grad()
    def picture(self, depth: Depth) -> Tensor:
        """The frame at ``depth``: (C, height, width) in [0, 1], in the stack's dtype."""
        base, *layers = self._layers(depth)
        frame = self._whole(base)
        for layer in layers:
            self._lay(frame, layer)
        return frame.clamp_(0, 1).to(self.stack.dtype)

    @torch.no_grad()
    def render(self, depth: Depth, bits: int = 8) -> np.ndarray:
        """The frame at ``depth`` for an encoder: (height, width, 3), uint8, or uint16 for 16 bits.

        Grey levels become colour; channels past the third are left out.
        """
        peak, dtype = (255, torch.uint8) if bits <= 8 else (65535, torch.int32)
        frame = working(self.picture(depth))
        planes = (frame * peak).add_(0.5).to(dtype)[:3]
        if len(planes) < 3:
            planes = planes[:1].expand(3, -1, -1)
        pixels = torch.stack(planes.unbind(), -1).cpu().numpy()
        return pixels if bits <= 8 else pixels.astype(np.uint16)

    def _layers(self, depth: Depth) -> list[Layer]:
        """The levels that make the frame, widest first; the first one fills it."""
        level, place = depth.level, self.geometry.placement
        rows, columns = self._cropped(*self.camera.view(depth))
        layers = [Layer(level, rows, columns, 1.0)]
        if depth.offset > 0:
            below = place(level, level + 1)
            share = float(_rise(np.array(depth.offset / self.fade)))
            inner = rows.to_child(below[0]), columns.to_child(below[1])
            layers.append(Layer(level + 1, *inner, share))
        while level > 0 and not (rows.inside and columns.inside):
            above = place(level - 1, level)
            rows, columns, level = (
                rows.from_child(above[0]),
                columns.from_child(above[1]),
                level - 1,
            )
            layers.insert(0, Layer(level, rows, columns, 1.0))
        return layers

    def _cropped(self, rows: Span, columns: Span) -> tuple[Span, Span]:
        """The middle of a view of the levels' aspect ratio that has the frame's."""
        g = self.geometry
        aspect = (self.width * g.height) / (self.height * g.width)
        return rows.middle(min(1.0, 1 / aspect)), columns.middle(min(1.0, aspect))

    def _seen(self, level: int) -> Tensor:
        picture = working(self.stack[level])
        return self.colours(picture) if self.colours else picture

    def _whole(self, layer: Layer) -> Tensor:
        return self._look(layer, slice(0, self.height), slice(0, self.width))

    def _look(self, layer: Layer, top: slice, left: slice) -> Tensor:
        """The pixels ``top`` x ``left`` of the frame, of this level alone."""
        g = self.geometry
        level = self._level(layer.level)
        dtype = np.float64 if level.dtype == torch.float64 else np.float32
        rows = _axis(layer.rows, top, self.height, g.height, dtype)
        columns = _axis(layer.columns, left, self.width, g.width, dtype, self.shift)
        return look(level, rows, columns)

    def _lay(self, frame: Tensor, layer: Layer) -> None:
        """Lay a level over the frame where all of a pixel lies inside the level."""
        top, left = _covered(layer.rows, self.height), _covered(layer.columns, self.width)
        if layer.share == 0 or top.start >= top.stop or left.start >= left.stop:
            return
        patch = self._look(layer, top, left)
        down = torch.from_numpy(self._soft_edge(layer.rows, top, self.height)).to(patch)
        across = torch.from_numpy(self._soft_edge(layer.columns, left, self.width)).to(patch)
        weight = (layer.share * down)[:, None] * across
        frame[:, top, left].lerp_(patch, weight.expand_as(patch))

    def _soft_edge(self, span: Span, pixels: slice, count: int) -> np.ndarray:
        """The weight of a level's pixels, rising from 0 at each border that the frame shows.

        The rise is as wide as what the frame shows beyond that border: where the level comes to
        fill the frame it has no edge left, and no level pops in.
        """
        at = span.first + (np.arange(pixels.start, pixels.stop) + 0.5) * span.size / count
        weight = np.ones(len(at))
        for distance, beyond in ((at, -span.first), (1 - at, span.last - 1)):
            if beyond > SLACK:
                weight *= _rise(distance / min(self.feather, beyond))
        return weight


def _covered(span: Span, count: int) -> slice:
    """The frame's pixels, of ``count``, that lie wholly inside the level."""
    scale = count / span.size
    first, stop = -span.first * scale, (1 - span.first) * scale
    return slice(max(0, math.ceil(first - TOUCH)), min(count, math.floor(stop + TOUCH)))


def _axis(
    span: Span,
    pixels: slice,
    count: int,
    size: int,
    dtype: type[np.floating[Any]],
    shift: float = 0.0,
) -> list[Band]:
    """The axis matrix of the frame's ``pixels``, of ``count`` that show ``span`` of a level."""
    step = span.size * size / count
    start = span.first * size + (pixels.start + shift) * step
    return axis(pixels.stop - pixels.start, size, start, step, dtype)


def _rise(t: np.ndarray) -> np.ndarray:
    """From 0 to 1 with no corner at either end."""
    t = np.clip(t, 0, 1)
    return t * t * (3 - 2 * t)


def frames(
    stack: Tensor,
    geometry: Geometry,
    path: Iterable[Depth],
    height: int = 0,
    width: int = 0,
) -> Iterator[Tensor]:
    """The frames of ``path`` through ``stack`` (N, C, H, W), widest level first, values in [0, 1].

    Yields (C, height, width) tensors in [0, 1], in the stack's dtype and on its device, one at a
    time: memory does not grow with the length. ``height`` and ``width`` of 0 are the levels' own.
    ``path`` is a ``Path`` of the geometry's zooms, or any depths. See ``FrameRenderer`` for how a
    frame is made. Raises ``ValueError`` at once where the stack does not fit the geometry.
    """
    renderer = FrameRenderer(stack, geometry, height, width)
    return (renderer.picture(depth) for depth in path)
