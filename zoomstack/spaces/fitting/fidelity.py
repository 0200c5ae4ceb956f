"""How far operators between latents can be trusted: measured on pictures."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ...scene.geometry import Geometry
from ..plain import plain_space
from ..space import Encode, Space
from .regression import explained, latents_of
from .scenery import scenery

PICTURES, UNSEEN, WINDOW, LARGEST = 6, 1, 12, 8.0


def fidelity_at(
    zoom: float, space: Callable[[Geometry], Space], encode: Encode, ratio: int
) -> tuple[float, float]:
    """``fidelity`` for one zoom factor, on scenery that no fit has seen.

    ``space`` makes the space of a geometry. Factors over 8 are measured at 8, for the pictures'
    size.
    """
    zoom = min(zoom, LARGEST)
    side = round(WINDOW * zoom)
    pictures = scenery(PICTURES, side * ratio, side * ratio, seed=UNSEEN)
    return fidelity(space(Geometry(side, side, (zoom,))), encode, ratio, pictures)


def fidelity(space: Space, encode: Encode, ratio: int, pictures: Tensor) -> tuple[float, float]:
    """The variance that (shrinking, enlarging) explain, from level 0 to 1 of ``space``: 0 to 1.

    ``pictures`` (B, 3, H, W) in [0, 1] are ``ratio`` pixels for a latent of the geometry. The
    truth is what ``encode`` makes of the pictures resampled in pixels.
    """
    g = space.geometry
    link = space.link(0, 1)
    pixels = plain_space(g.resized(g.height * ratio, g.width * ratio)).link(0, 1)
    if link is None or pixels is None:
        raise ValueError("Level 0 is too small to show level 1; nothing can be measured.")
    with torch.inference_mode(False), torch.no_grad():
        # Whole latents of the patch, in its own pixels.
        cut = tuple(
            slice(w.start * ratio - p.start, w.stop * ratio - p.start)
            for w, p in zip(link.window, pixels.window, strict=True)
        )
        shrunk = pixels.shrink(pictures)
        small = latents_of(encode, shrunk[(..., *cut)])
        smooth = latents_of(encode, pixels.enlarge(shrunk).clamp(0, 1))
        fine = latents_of(encode, pictures)
        # The encoder pads at the border: what it makes there belongs to no neighbour.
        inner = (..., slice(1, -1), slice(1, -1))
        shrinking = explained(link.shrink(fine)[inner], small[inner])
        enlarging = explained(link.enlarge(small)[inner], smooth[inner])
    return shrinking, enlarging
