"""Zooming out by outpainting: each level painted around the next deeper one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from torch import Tensor

from ..linear.lens import axis, look
from ..linear.precision import working
from ..scene.checks import check_choice
from ..scene.geometry import TOUCH, Geometry, Placement
from ..spaces.plain import plain_space
from .canvas import Margins, Padding, Rounds, outpaint

Canvas = Literal["grown", "level"]
PaintLevel = Callable[[Tensor, Tensor, int], Tensor]
"""``paint(picture (C, H, W), mask (H, W), level) -> picture``."""


@dataclass(frozen=True)
class Outpainting:
    """How a level is painted around the next deeper one; see ``outpaint.outpaint``.

    ``canvas`` "grown" keeps the deeper level's pixels and lets the canvas grow around them, to
    zoom times the size, which is then shrunk to the level's (the post); "level" shrinks the deeper
    level first and paints around it at the level's own size, which is the model's.
    """

    method: Rounds = "sequential"
    padding: Padding = "symmetric"
    colour: tuple[float, float, float] = (0.0, 0.0, 0.0)
    feather: int = 0
    canvas: Canvas = "grown"

    def __post_init__(self) -> None:
        check_choice("canvas", self.canvas, get_args(Canvas))


def outward(
    inner: Tensor, geometry: Geometry, paint: PaintLevel, how: Outpainting | None = None
) -> Iterator[Tensor]:
    """The levels above ``inner``, (C, H, W) in [0, 1], the deepest of ``geometry``: N - 1 pictures.

    Yields level N - 2 first and the widest last, one at a time. Where nothing is feathered, each
    shows the next deeper level exactly where it can (its pixels that lie wholly inside the frame).
    Nothing runs until a level is asked for.
    """
    how = how or Outpainting()
    for level, _ in reversed(geometry.neighbours):
        inner = widened(inner, geometry, level, paint, how)
        yield inner


def widened(
    inner: Tensor, geometry: Geometry, level: int, paint: PaintLevel, how: Outpainting
) -> Tensor:
    """Level ``level``, (C, H, W), painted around ``inner``, the level below it."""
    rows, columns = geometry.placement(level, level + 1)
    link = plain_space(geometry).link(level, level + 1)
    if link is None:
        raise ValueError(
            f"Level {level + 1} is smaller than a pixel of level {level} at a zoom factor of "
            f"{rows.zoom:g}; take a smaller factor, or larger levels."
        )
    down, across = link.window
    if how.canvas == "level":
        margins = Margins(
            across.start, down.start, geometry.width - across.stop, geometry.height - down.stop
        )
        return _outpainted(link.shrink(working(inner)), margins, level, paint, how)
    (top, bottom), (left, right) = grown_by(rows), grown_by(columns)
    canvas = _outpainted(working(inner), Margins(left, top, right, bottom), level, paint, how)
    height, width = geometry.height, geometry.width
    parent = look(
        canvas,
        axis(height, canvas.shape[-2], top - rows.left * rows.zoom, rows.zoom),
        axis(width, canvas.shape[-1], left - columns.left * columns.zoom, columns.zoom),
    ).clamp(0, 1)
    # What lies inside the frame is the deeper level by the operator that levels agree by.
    parent[:, down, across] = link.shrink(canvas[:, top : top + height, left : left + width])
    return parent


def grown_by(placement: Placement) -> tuple[int, int]:
    """Whole pixels of the child before and after it, enough to show all of the parent."""
    before = placement.left * placement.zoom
    after = placement.size * (placement.zoom - 1) - before
    return math.ceil(max(before - TOUCH, 0)), math.ceil(max(after - TOUCH, 0))


def _outpainted(
    known: Tensor, margins: Margins, level: int, paint: PaintLevel, how: Outpainting
) -> Tensor:
    return outpaint(
        known,
        margins,
        lambda picture, mask: paint(picture, mask, level),
        method=how.method,
        padding=how.padding,
        colour=how.colour,
        feather=how.feather,
    )
