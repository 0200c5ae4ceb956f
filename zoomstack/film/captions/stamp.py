"""Patches of ink: white letters and lines over their own shade."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from ..overlay import Patch
from .setting import DARK, Ink


def stamp(
    ink: Ink, row: int, column: int, height: int, width: int, device: torch.device | str = "cpu"
) -> Patch | None:
    """``ink`` with its first pixel at a place of a frame ``height`` x ``width``, cut off there.

    None where nothing of it lies inside.
    """
    top, left = max(0, -row), max(0, -column)
    bottom = min(ink.fill.shape[0], height - row)
    right = min(ink.fill.shape[1], width - column)
    if bottom <= top or right <= left:
        return None
    fill, shade = (
        torch.from_numpy(np.ascontiguousarray(part[top:bottom, left:right])).to(device)
        for part in ink
    )
    alpha = fill + (1 - fill) * shade
    return Patch(row + top, column + left, fill.expand(3, -1, -1), alpha)  # grey: one channel


@lru_cache(maxsize=64)  # most of a bar stays where it is
def ruled(first: float, last: float, start: int, count: int) -> np.ndarray:
    """How much of each of ``count`` pixels, from pixel ``start`` on, lies between two places."""
    at = np.arange(start, start + count, dtype=np.float32)
    return np.clip(np.minimum(last, at + 1) - np.maximum(first, at), 0, 1).astype(np.float32)


def box(
    rows: tuple[float, float], columns: tuple[float, float], shade: float
) -> tuple[Ink, int, int]:
    """A filled box between places of a frame, in pixels, with a dark border ``shade`` wide.

    Returns its ink, and the row and the column of the ink's first pixel.
    """
    sides, places = [], []
    for first, last in (rows, columns):
        start = int(np.floor(first - shade))
        count = int(np.ceil(last + shade)) - start
        inner = ruled(first, last, start, count)
        outer = ruled(first - shade, last + shade, start, count)
        sides.append((inner, outer))
        places.append(start)
    fill, dark = (np.multiply.outer(sides[0][i], sides[1][i]) for i in range(2))
    return Ink(fill, DARK * dark), places[0], places[1]
