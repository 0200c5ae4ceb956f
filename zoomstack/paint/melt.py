"""Colours that are led up to a picture from around it, where something else was painted there.

A model that paints around a photograph from pure noise paints its prompt, and where that is
another world than the photograph's their border is a step: a square in every wider level. Here the
step along the border goes on outside and fades out, so that a pass over all levels has something to
make a shore, a wall or a meadow of, and what is left of the step ends softly.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ..joint.surround import continued
from ..scene.geometry import Geometry
from ..spaces.pairs import patch
from ..spaces.plain import plain_space
from ..spaces.space import Window

DEEP = 3  # pixels on each side of a border that tell its step


def melted(levels: Tensor, geometry: Geometry, feather: float) -> Tensor:
    """Levels (N, C, H, W) in [0, 1] in which each shows the next one, without a step around it.

    The deepest stays as it is; all agree to the last bit. ``feather``, of a frame, is how far away
    from one its surroundings change at most. Where no step is to be seen they hardly do.
    """
    space, pictures = plain_space(geometry), list(levels.unbind())
    for level, deeper in reversed(geometry.neighbours):
        link = space.link(level, deeper)
        if link is not None:
            picture, shown = pictures[level].clone(), link.shrink(pictures[deeper])
            patch(picture, link)[...] = shown
            frame = geometry.placement(level, deeper)
            change = continued(step_around(picture, link.window), link, frame, feather)
            pictures[level] = (picture + change).clamp(0, 1)
            _limit(pictures[level], picture, edges(shown), link.window)
            patch(pictures[level], link)[...] = shown
    return torch.stack(pictures)


def _limit(moved: Tensor, before: Tensor, shown: Tensor, window: Window) -> None:
    """Beside the border, go no further than to its own colours: a decoder smears them there."""
    down, across = window
    near = tuple(slice(max(0, part.start - DEEP), part.stop + DEEP) for part in (down, across))
    border = grown(shown, window, before)[(..., *near)]
    was = before[(..., *near)]
    lowest, highest = torch.minimum(was, border), torch.maximum(was, border)
    beside = moved[(..., *near)]
    beside.copy_(torch.minimum(torch.maximum(beside, lowest), highest))


def edges(shown: Tensor) -> Tensor:
    """A picture (C, h, w) smoothed over ``DEEP`` pixels: at its border, the border's colours."""
    return functional.avg_pool2d(
        functional.pad(shown[None], (DEEP // 2,) * 4, mode="replicate"), DEEP, stride=1
    )[0]


def grown(part: Tensor, window: Window, like: Tensor) -> Tensor:
    """``part`` (C, h, w) where ``window`` lies in ``like``, its border going on outside of it."""
    down, across = window
    rows, columns = like.shape[-2:]
    around = (across.start, columns - across.stop, down.start, rows - down.stop)
    return functional.pad(part[None], around, mode="replicate")[0]


def step_around(picture: Tensor, window: Window) -> Tensor:
    """The step inwards across the border of ``window``, of (C, H, W): each pixel has the nearest's.

    (C, h, w), the size of the window; 0 towards sides that lie on the picture's own border.
    """
    down, across = window
    rows, columns = down.stop - down.start, across.stop - across.start
    strip_down, strip_across = picture[:, :, across], picture[:, down]
    top, bottom = (_step(strip_down.mT, edge, side) for edge, side in _ends(down))
    left, right = (_step(strip_across, edge, side) for edge, side in _ends(across))
    row, column = torch.arange(rows)[:, None], torch.arange(columns)[None]
    away = torch.stack(
        [part.expand(rows, columns) for part in (row, rows - 1 - row, column, columns - 1 - column)]
    )
    steps = torch.stack(
        [
            *(side[:, None].expand(-1, rows, -1) for side in (top, bottom)),
            *(side[:, :, None].expand(-1, -1, columns) for side in (left, right)),
        ]
    )
    nearest = away.argmin(0).to(picture.device)
    return steps.gather(0, nearest.expand(1, len(picture), rows, columns))[0]


def _ends(span: slice) -> tuple[tuple[int, int], tuple[int, int]]:
    """Both borders of a span, and which way is inside."""
    return (span.start, 1), (span.stop, -1)


def _step(strip: Tensor, edge: int, side: int) -> Tensor:
    """Inside less outside of the border before column ``edge`` of (C, L, W): (C, L)."""
    before, after = strip[..., max(0, edge - DEEP) : edge], strip[..., edge : edge + DEEP]
    if not before.shape[-1] or not after.shape[-1]:
        return strip.new_zeros(strip.shape[:-1])
    return side * (after.mean(-1) - before.mean(-1))
