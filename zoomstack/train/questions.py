"""What a small autoencoder is asked while it learns: pictures as the coupling makes them.

Not only finished pictures: at early steps a model predicts blurs, and the coupling lays shrunk
pictures into others and changes them smoothly.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ..demo.networks.autoencoder import PATCH
from ..spaces.fitting.scenery import scenery
from .reconstruction import unit
from .shards import Shards

SIZE = 128  # pixels a side of what is asked
DRAWN = 0.4  # the share of scenery, which resembles photographs, beside the world's pictures
RECOLOURED = 0.2  # the share with other colours than they were drawn in
BLURRED, PASTED, MELTED = 0.2, 0.25, 0.2  # the shares that are no whole sharp picture
SOFTEST = 16  # the largest blur's grid, pixels
SMALLEST_ZOOM, LARGEST_ZOOM = 1.5, 4.0


def questions(pictures: Shards, rows: np.ndarray, seed: int) -> Tensor:
    """Pictures (B, 3, 128, 128) in [0, 1]: of ``pictures`` at ``rows``, or drawn, then changed.

    The same seed and rows give the same pictures.
    """
    rng = np.random.default_rng(seed)
    size = min(SIZE, pictures[int(rows[0])].shape[0])
    x = torch.cat([_cut(pictures[int(row)], size, rng) for row in rows])
    drawn = torch.from_numpy(rng.random(len(x)) < DRAWN)
    if drawn.any():
        x[drawn] = scenery(int(drawn.sum()), size, size, seed)
    for picture in x:
        if rng.random() < RECOLOURED:
            picture[...] = picture[rng.permutation(3)] if rng.random() < 0.7 else 1 - picture
    return torch.cat([_changed(x, index, rng) for index in range(len(x))])


def smooth_field(count: int, size: int, grid: int, random: torch.Generator) -> Tensor:
    """(count, 3, size, size): random, of deviation about 1, smooth over ``grid`` points a side."""
    coarse = torch.randn(count, 3, grid, grid, generator=random)
    return interpolate(coarse, size=(size, size), mode="bicubic", align_corners=True)


def paste(over: Tensor, inner: Tensor, zoom: float, place: tuple[float, float]) -> Tensor:
    """``inner`` (B, 3, H, W), shrunk by ``zoom``, laid into ``over`` at a place in [0, 1]."""
    side = max(1, round(over.shape[-1] / zoom))
    small = interpolate(inner, size=(side, side), mode="bicubic", antialias=True)
    top, left = (round(at * (over.shape[-1] - side)) for at in place)
    found = over.clone()
    found[..., top : top + side, left : left + side] = small
    return found


def _cut(picture: np.ndarray, size: int, rng: np.random.Generator) -> Tensor:
    y, x = rng.integers(0, (len(picture) - size) // PATCH + 1, 2) * PATCH
    cut = picture[y : y + size, x : x + size]
    return unit((cut[:, ::-1] if rng.random() < 0.5 else cut)[None])


def _changed(pictures: Tensor, index: int, rng: np.random.Generator) -> Tensor:
    """One of the pictures, (1, 3, H, W): as it is, blurred, or with another one in it."""
    x = pictures[index : index + 1]
    other = pictures[(index + 1) % len(pictures)][None]
    size, which = x.shape[-1], rng.random()
    if which < BLURRED:
        grid = max(2, round(size / SOFTEST ** rng.random()))
        small = interpolate(x, size=(grid, grid), mode="bicubic", antialias=True)
        x = interpolate(small, size=(size, size), mode="bicubic")
    elif which < BLURRED + PASTED:
        zoom = SMALLEST_ZOOM + (LARGEST_ZOOM - SMALLEST_ZOOM) * rng.random()
        x = paste(x, other, zoom, (rng.random(), rng.random()))
    elif which < BLURRED + PASTED + MELTED:
        random = torch.Generator().manual_seed(int(rng.integers(2**31)))
        share = smooth_field(1, size, 4, random)[:, :1].mul(2).sigmoid()
        x = x.lerp(other, share)
    return x.clamp(0, 1)
