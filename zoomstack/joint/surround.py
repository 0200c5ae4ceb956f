"""A picture laid into a wider one to the bit, and what lies around it led up to it.

``blend`` hides a frame by moving the *deeper* picture at its border. One that must not change, such
as a photograph, leaves that to the wider one: the step at its border goes on outside and fades, in
each octave over as far as that octave reaches, so that colours meet gently and textures at once.
Burt and Adelson (1983), "A multiresolution spline with application to image mosaics", on one side.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from ..linear.matrix import Matrix
from ..linear.pyramid import octaves, weighted
from ..linear.smooth import smoothstep
from ..scene.geometry import Placement
from ..spaces.pairs import disagreement, patch
from ..spaces.space import Link


def surround(
    wider: Tensor, deeper: Tensor, link: Link, frame: tuple[Placement, Placement], feather: float
) -> Tensor:
    """``wider`` (C, H, W) in [0, 1], which shows ``deeper`` where it lies: exactly as it shrinks.

    Around the frame it changes, up to ``feather`` frames away, as far as it did not show it before;
    not at all where it did.
    """
    step = -disagreement(wider, deeper, link)
    shown = wider.clone()
    if feather > 0 and bool(step.any()):
        shown = (shown + continued(step, link, frame, feather)).clamp(0, 1)
    patch(shown, link)[...] = link.shrink(deeper)
    return shown


def continued(
    step: Tensor, link: Link, frame: tuple[Placement, Placement], feather: float
) -> Tensor:
    """``step`` on the patch (C, h, w), carried on outside of it, where it fades: (C, H, W).

    An octave of waves of 2^k pixels fades over as many, the coarsest over ``feather`` frames.
    """
    rows, columns = frame
    down, across = link.window
    around = (
        across.start, columns.size - across.stop, down.start, rows.size - down.stop,
    )  # fmt: skip
    count = octaves(step)
    total = step.new_zeros(len(step), rows.size, columns.size)
    for octave in range(count + 1):
        band = weighted(step, [float(k == octave) for k in range(count + 1)])
        fade = fading(frame, (down.start, down.stop, across.start, across.stop), feather, octave)
        total += functional.pad(band, around, mode="replicate") * fade.like(step)
    return total


@lru_cache(maxsize=256)
def fading(
    frame: tuple[Placement, Placement],
    window: tuple[int, int, int, int],
    feather: float,
    octave: int,
) -> Matrix:
    """1 at the border of the window (rows, then columns), falling to 0 outside, as (H, W)."""
    rows, columns = frame
    top, bottom, left, right = window
    reach = min(rows.size / rows.zoom, columns.size / columns.zoom) * feather
    away = torch.hypot(
        _away(rows.size, top, bottom)[:, None], _away(columns.size, left, right)[None]
    )
    return Matrix(1 - smoothstep((away / min(reach, 2.0 ** (octave + 1))).clamp(0, 1)))


def _away(size: int, start: int, stop: int) -> Tensor:
    """Of each pixel's centre, from the nearest one inside; 0 there."""
    at = torch.arange(size, dtype=torch.float64)
    return torch.maximum(start - at, at - (stop - 1)).clamp_min(0)
