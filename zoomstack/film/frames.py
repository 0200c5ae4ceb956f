"""The frames of a zoom video, one at a time: each level laid over the enlarged one above it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ..linear.precision import working
from ..scene.checks import check_levels
from ..scene.depth import Depth
from ..scene.geometry import Geometry
from ..scene.span import Span
from .camera import Camera, cropped
from .layers import FADE, FEATHER, composed, layers_of, narrowing
from .plate import plate
from .shot import Shot, carried, corners, screen


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
        fade: float = FADE,
        feather: float = FEATHER,
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
        frame = composed(
            layers_of(self.geometry, depth, *self.view(depth), self.fade),
            self._level,
            (self.height, self.width),
            lambda span: narrowing(span, self.feather),
            self.shift,
        )
        return frame.clamp_(0, 1).to(self.stack.dtype)

    @torch.no_grad()
    def taken(self, shot: Depth | Shot) -> Tensor:
        """The frame of a camera that rolls, or whose shutter is open: (C, height, width).

        What lies along the way of an open shutter is averaged evenly in log magnification and in
        angle. Where the picture turns, the corners show what the wider levels have there. A mere
        depth is ``picture``'s.
        """
        if isinstance(shot, Depth):
            return self.picture(shot)
        size, level = (self.height, self.width), shot.middle.depth.level
        upright = self.view(shot.middle.depth)
        middle, opened, closed = (
            screen(
                moment,
                carried(self.view(moment.depth), self.geometry, moment.depth.level, level),
                upright,
                size,
            )
            for moment in shot
        )
        if abs(closed.factor) > abs(opened.factor):
            opened, closed = closed, opened  # the mean of a way is the mean of the way back
        whole = closed.after(opened.back)
        edges = [on(corner) for on in (opened, middle, closed) for corner in corners(size)]
        around = plate(
            self.geometry, shot.middle.depth, upright, size, edges, self.camera.widest(level),
            self._level, self.fade, self.feather,
        )  # fmt: skip
        longest = max(abs(closed(corner) - opened(corner)) for corner in corners(size))
        smeared, count = around.smeared(whole, longest)
        # Half a step on, so that the places lie evenly on both sides of the middle.
        through = middle if count == 1 else whole.part(0.5 / count).after(opened)
        frame = smeared.seen(through, size, self.shift)
        return frame.clamp_(0, 1).to(self.stack.dtype)

    @torch.no_grad()
    def render(self, depth: Depth, bits: int = 8) -> np.ndarray:
        """The frame at ``depth`` for an encoder, as ``stored`` has it."""
        return stored(self.picture(depth), bits)

    def view(self, depth: Depth) -> tuple[Span, Span]:
        """What a frame shows, in the level's frame: the middle of what the camera sees."""
        return cropped(self.geometry, self.camera.view(depth), (self.height, self.width))

    def _seen(self, level: int) -> Tensor:
        picture = working(self.stack[level])
        return self.colours(picture) if self.colours else picture


def stored(picture: Tensor, bits: int = 8) -> np.ndarray:
    """A frame (C, H, W) in [0, 1], rounded once: (H, W, 3), uint8, or uint16 for 16 bits.

    Grey levels become colour; channels past the third are left out.
    """
    peak, dtype = (255, torch.uint8) if bits <= 8 else (65535, torch.int32)
    planes = (working(picture) * peak).add_(0.5).to(dtype)[:3]
    if len(planes) < 3:
        planes = planes[:1].expand(3, -1, -1)
    pixels = torch.stack(planes.unbind(), -1).cpu().numpy()
    return pixels if bits <= 8 else pixels.astype(np.uint16)


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
    ``path`` is a ``Path`` through the geometry, or any depths. See ``FrameRenderer`` for how a
    frame is made. Raises ``ValueError`` at once where the stack does not fit the geometry.
    """
    renderer = FrameRenderer(stack, geometry, height, width)
    return (renderer.picture(depth) for depth in path)
