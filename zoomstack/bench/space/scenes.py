"""Pictures, and levels cut from one so that they agree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...files.photos import opened, photo_files
from ...joint.render import render
from ...linear.lens import axis, look
from ...scene.geometry import Geometry
from ...spaces.fitting.scenery import scenery

MOST = 1024  # pixels of a photograph's shorter side that are kept
SEED = 500  # of drawn pictures: no fit has seen them


def photographs(folder: Path, least: int) -> list[Tensor]:
    """Every picture in ``folder``, (3, H, W) in [0, 1], in the order of their names.

    Raises ``ValueError`` where there are fewer than ``least``.
    """
    return [opened(file, MOST) for file in photo_files(folder, least, "--pictures")]


def drawn(count: int, side: int) -> list[Tensor]:
    """``count`` pictures (3, side, side) where there are no photographs."""
    return [*scenery(count, side, side, SEED)]


def square(picture: Tensor, side: int) -> Tensor:
    """The middle of a picture (3, H, W) as (3, side, side), in [0, 1]."""
    height, width = picture.shape[-2:]
    shorter = min(height, width)
    return _seen(picture, (height - shorter) / 2, (width - shorter) / 2, shorter, side)


def scene(picture: Tensor, geometry: Geometry) -> Tensor:
    """The levels of a zoom into the middle of a picture, (N, 3, H, W), which agree exactly.

    ``picture`` is (3, H, W) and ``geometry`` of square levels in pixels. Deep levels show a few
    pixels enlarged: they agree all the same.
    """
    height, width = picture.shape[-2:]
    part = float(min(height, width))
    top, left = (height - part) / 2, (width - part) / 2
    levels = [_seen(picture, top, left, part, geometry.height)]
    for zoom, (x, y) in zip(geometry.zooms, geometry.focus, strict=True):
        smaller = part / zoom
        top, left = top + y * part - smaller / 2, left + x * part - smaller / 2
        part = smaller
        levels.append(_seen(picture, top, left, part, geometry.height))
    return render(torch.stack(levels), geometry)


def mirrored(scenes: Sequence[Tensor], geometry: Geometry) -> list[Tensor]:
    """The scenes and, where every focus is in the middle, their mirror images: as many again."""
    middle = all(x == 0.5 for x, _ in geometry.focus)
    return [*scenes, *(levels.flip(-1) for levels in scenes)] if middle else [*scenes]


def _seen(picture: Tensor, top: float, left: float, part: float, side: int) -> Tensor:
    rows, columns = (
        axis(side, size, start, part / side, np.float32)
        for size, start in zip(picture.shape[-2:], (top, left), strict=True)
    )
    return look(picture, rows, columns).clamp(0, 1)
