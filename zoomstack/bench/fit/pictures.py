"""A user's pictures, as what to fit on and what to judge the fit by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ...linear.lens import axis, look
from ...spaces.fitting.scenery import scenery

PIXELS = 96 * 256**2  # of all crops to fit on
FEWEST = 24  # crops
HELD = 4  # pictures from one that is held out to the next
LEAST = 8  # pictures, for six of them to fit on


def parted(pictures: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """(to fit on, held out)."""
    seen = [picture for number, picture in enumerate(pictures) if number % HELD]
    return seen, [*pictures[::HELD]]


def shown(pictures: Sequence[Tensor], side: int) -> Tensor:
    """(B, 3, side, side) to fit on: ``crops`` of the pictures, and half as many drawn scenes.

    A few pictures are all too alike. Of TAEF2 (p = 2, four photographs unseen) 128 crops of eight
    photographs explain 75 %, 96 drawn scenes 75 %, both together 77 %.
    """
    photographed = crops(pictures, side)
    return torch.cat([photographed, scenery(len(photographed) // 2, side, side)])


def crops(pictures: Sequence[Tensor], side: int) -> Tensor:
    """(B, 3, side, side): parts of all of them, of all sizes from ``side`` up, some mirrored.

    Pictures are (3, H, W) in [0, 1]; those smaller than ``side`` are enlarged.
    """
    random = np.random.RandomState(0)
    count = max(FEWEST, PIXELS // side**2)
    return torch.stack([_crop(random, pictures[n % len(pictures)], side) for n in range(count)])


def _crop(random: np.random.RandomState, picture: Tensor, side: int) -> Tensor:
    height, width = picture.shape[-2:]
    largest = min(height, width)
    part = largest * (min(side, largest) / largest) ** random.rand()
    top, left = random.rand(2) * (height - part, width - part)
    rows = axis(side, height, top, part / side, np.float32)
    columns = axis(side, width, left, part / side, np.float32)
    shown = look(picture, rows, columns).clamp(0, 1)
    return shown.flip(-1) if random.rand() < 0.5 else shown
