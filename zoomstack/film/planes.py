"""Frames as an encoder stores them: Y'CbCr of BT.709, limited range, chroma at half the size.

Converting colours and seeing a part of a picture are both linear, so they may change places: a
level is converted once, and a frame's planes are looked at in the size that is stored. That is
half the pixels of RGB, and nothing to convert afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..linear.precision import working
from ..scene.depth import Depth
from .frames import FrameRenderer
from .layers import in_cache
from .overlay import Patch, halved, over
from .shot import Shot

RED, GREEN, BLUE = 0.2126, 0.7152, 0.0722
LUMA = ((RED, GREEN, BLUE),)
CHROMA = (
    (-RED / (2 - 2 * BLUE), -GREEN / (2 - 2 * BLUE), 0.5),
    (0.5, -GREEN / (2 - 2 * RED), -BLUE / (2 - 2 * RED)),
)
# Of 256 values; what is below and above is for what overshoots.
BLACK, LUMA_RANGE, CHROMA_RANGE = 16, 219, 224
# H.264's chroma sits at the left one of its two luma pixels: a quarter of its own pixel.
LEFT = -0.25


class PlaneRenderer:
    """The frames of ``film`` for ``encode``: ``render(depth, bits)`` is (height * 3 / 2, width).

    The luma's rows come first, then those of Cb and of Cr, two of theirs to a row. uint8, or uint16
    for more than 8 ``bits``. The film's own ``colours`` do not count.

    Raises ``ValueError`` for an odd size, which 4:2:0 video cannot have.
    """

    def __init__(self, film: FrameRenderer) -> None:
        height, width = film.height, film.width
        if height % 2 or width % 2:
            raise ValueError(
                f"A 4:2:0 video needs an even size, not {width} x {height}; render "
                f"{width - width % 2} x {height - height % 2}."
            )
        of = partial(FrameRenderer, film.stack, film.geometry, fade=film.fade, feather=film.feather)
        luma, chroma = partial(_mixed, LUMA, 0.0), partial(_mixed, CHROMA, 0.5)
        self._luma = of(height=height, width=width, colours=luma)
        self._chroma = of(height=height // 2, width=width // 2, colours=chroma, shift=LEFT)
        # A caption stays for many frames. By its tensors, each of which is equal to itself alone.
        self._ink = lru_cache(maxsize=16)(partial(_inked, width))

    @torch.no_grad()
    def render(
        self, shot: Depth | Shot, bits: int = 8, patches: Sequence[Patch] = ()
    ) -> np.ndarray:
        """The planes of the frame at a depth, or of a shot, with ``patches`` over it."""
        scale = 2.0 ** (bits - 8)
        luma, chroma = self._luma.taken(shot), self._chroma.taken(shot)
        for patch in patches:
            ink = self._ink(patch.row, patch.column, patch.rgb, patch.alpha)
            over(luma, patch.row, patch.column, *ink.luma, patch.opacity)
            over(chroma, patch.row // 2, patch.column // 2, *ink.chroma, patch.opacity)
        dtype = torch.uint8 if bits <= 8 else torch.int16
        pixels = luma.new_empty(luma.numel() + chroma.numel(), dtype=dtype)
        parts = pixels[: luma.numel()], pixels[luma.numel() :]
        shares = ((luma, LUMA_RANGE), (chroma, CHROMA_RANGE))
        for part, (plane, span) in zip(parts, shares, strict=True):
            target = part.view_as(plane)
            for rows in in_cache(plane):
                values = working(plane[:, rows]).mul_(span * scale).add_(BLACK * scale + 0.5)
                target[:, rows] = values.to(dtype)
        planes = pixels.view(-1, self._luma.width).cpu().numpy()
        return planes if bits <= 8 else planes.view(np.uint16)


class Ink(NamedTuple):
    """A patch as an encoder stores it: premultiplied values, and alpha, of either size."""

    luma: tuple[Tensor, Tensor]
    chroma: tuple[Tensor, Tensor]


def _inked(width: int, row: int, column: int, rgb: Tensor, alpha: Tensor) -> Ink:
    """A patch at a place of a frame ``width`` wide, in Y'CbCr."""
    if rgb.stride(0) == 0:  # one channel three times: grey, which has no colour
        (thin,) = halved(alpha[None], row, column, width)
        return Ink((rgb[:1], alpha), ((thin / 2).expand(2, -1, -1), thin))
    *small, thin = halved(torch.cat([rgb, alpha[None]]), row, column, width)
    # Black, which is all of a premultiplied picture's transparent part, has its chroma at 1/2.
    chroma = _mixed(CHROMA, 0.0, torch.stack(small)) + thin / 2
    return Ink((_mixed(LUMA, 0.0, rgb), alpha), (chroma, thin))


def _mixed(weights: tuple[tuple[float, ...], ...], middle: float, level: Tensor) -> Tensor:
    """A level's colours (C, H, W) by rows of ``weights``; grey levels count as colours."""
    rgb = level[:3] if len(level) >= 3 else level[:1].expand(3, -1, -1)
    mixed = torch.einsum("oc,chw->ohw", torch.tensor(weights).to(rgb), rgb)
    return mixed.add_(middle)
