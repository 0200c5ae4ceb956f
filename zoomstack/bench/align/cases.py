"""Pairs of pictures whose place is known, spoilt as other tools spoil them."""

from __future__ import annotations

import io
import math
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from ...demo.world import Scene, view
from ...export.pictures import image
from ...joint.render import render
from ...linear.sizes import resized
from ...scene.geometry import Geometry
from ...spaces.fitting.scenery import scenery

SPOILT = ("jpeg", "cast", "watermark", "redrawn")
LEAST, MOST = 1.1, 16.0  # factors
DEEPEST = 24.0  # octaves of the world
QUALITY = 60
MIDDLE, KEPT = 0.6, 8  # of the frame's side is redrawn; pixels a side that stay of it


class Case(NamedTuple):
    """Two pictures (3, H, W), how they were spoilt, and where the deeper one lies."""

    wider: Tensor
    deeper: Tensor
    spoilt: str
    zoom: float
    focus: tuple[float, float]


def case(number: int, side: int) -> Case:
    """Case ``number``, the same everywhere: two of the world, one of drawn scenery, and so on."""
    random = np.random.RandomState(number)
    zoom = math.exp(random.uniform(math.log(LEAST), math.log(MOST)))
    x, y = random.uniform(0.5 / zoom, 1 - 0.5 / zoom, 2)
    g = Geometry(side, side, (zoom,), ((x, y),))
    seed = random.randint(2**31)
    pictures = _world(random, g) if number % 3 else scenery(2, side, side, seed)
    wider, deeper = render(pictures, g)
    spoilt = SPOILT[number % len(SPOILT)]
    if spoilt == "cast":
        tint = torch.tensor(random.uniform(0.8, 1.1, (3, 1, 1))).float()
        deeper = (0.03 + tint * deeper).clamp(0, 1)
    elif spoilt == "watermark":
        deeper = _marked(deeper)
    elif spoilt == "redrawn":
        wider = _redrawn(wider, g, scenery(1, side, side, seed + 1)[0])
    return Case(_compressed(wider), _compressed(deeper), spoilt, zoom, (x, y))


def _world(random: np.random.RandomState, g: Geometry) -> Tensor:
    """Two views of the demo's world, each drawn by itself."""
    scene, octave = Scene(int(random.randint(2**31))), random.uniform(0, DEEPEST)
    left, top = random.uniform(-0.1, 0.1, 2)
    zoom, (x, y) = g.zooms[0], g.focus[0]
    inner = ((left + x - 0.5) * zoom, (top + y - 0.5) * zoom)
    views = (
        view(scene, octave, g.width, (left, top)),
        view(scene, octave + math.log2(zoom), g.width, inner),
    )
    return torch.from_numpy(np.stack(views)).permute(0, 3, 1, 2).contiguous()


def _marked(picture: Tensor) -> Tensor:
    """With a light lattice over its lower right corner, as large as watermarks are."""
    marked = picture.clone()
    side = picture.shape[-1]
    part = marked[:, -side // 6 : -side // 24, -side // 2 : -side // 24]
    rows, columns = (torch.arange(size) * 24 // side % 2 for size in part.shape[-2:])
    part += 0.6 * (rows[:, None] ^ columns[None]) * (1 - part)
    return marked


def _redrawn(wider: Tensor, g: Geometry, other: Tensor) -> Tensor:
    """The middle of what the wider picture shows with another's detail: its shapes alone stay."""
    (top, rows), (left, columns) = (
        (round((place.left + place.size / place.zoom * (1 - MIDDLE) / 2)), place.size / place.zoom)
        for place in g.placement(0, 1)
    )
    size = round(rows * MIDDLE), round(columns * MIDDLE)
    window = (..., slice(top, top + size[0]), slice(left, left + size[1]))
    drawn = wider.clone()
    detail = resized(other, size)
    drawn[window] = (_shapes(wider[window]) + detail - _shapes(detail)).clamp(0, 1)
    return drawn


def _shapes(picture: Tensor) -> Tensor:
    size = min(KEPT, picture.shape[-2]), min(KEPT, picture.shape[-1])
    return functional.interpolate(
        resized(picture, size)[None], picture.shape[-2:], mode="bilinear"
    )[0]


def _compressed(picture: Tensor) -> Tensor:
    file = io.BytesIO()
    image(picture).save(file, "JPEG", quality=QUALITY)
    return torch.from_numpy(np.array(Image.open(file), np.float32) / 255).permute(2, 0, 1)
