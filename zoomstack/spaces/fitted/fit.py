"""Fitting the operators of ``fitted`` to an encoder, by least squares on a few pictures."""

from __future__ import annotations

from itertools import product

import torch
from einops import rearrange
from torch import Tensor
from torch.nn import functional

from ...scene.geometry import Geometry
from ..fitting.leaves import dead_leaves
from ..fitting.recipe import Recipe
from ..fitting.regression import latents_of, least_squares, unused_directions
from ..plain import plain_space
from ..space import Encode
from .operators import LARGEST_ZOOM, FittedOperators
from .space import FittedSpace, off_grid

PICTURES, BLOCKS = 8, 9  # pictures to fit on, and blocks along their sides
OFFSET = 2  # latents from one cut of a picture into blocks to the next


# ComfyUI runs nodes in inference mode, whose tensors autograd (the Adam anchor) would refuse.
@torch.inference_mode(False)
@torch.no_grad()
def fit_operators(
    encode: Encode, zoom: int, ratio: int = 8, pictures: Tensor | None = None
) -> FittedOperators:
    """Fit the operators for a whole factor ``zoom`` (2 to 8) to an encoder.

    ``encode`` takes pictures (B, 3, H, W) in [0, 1] to latents (B, C, H / ratio, W / ratio).
    ``pictures`` (B, 3, H, W) are what to fit on, H and W multiples of ``ratio * zoom``; dead
    leaves where none are given. A quarter of them is kept to measure ``explained``.
    """
    if not 2 <= zoom <= LARGEST_ZOOM:
        raise ValueError(f"Operators can be fitted for factors of 2 to {LARGEST_ZOOM}, not {zoom}.")
    if pictures is None:
        side = _side(zoom, ratio)
        pictures = dead_leaves(PICTURES, side, side)
    smooth = functional.interpolate(
        _shrink(pictures, zoom), scale_factor=zoom, mode="bicubic"
    ).clamp(0, 1)
    blocks, coarse = _pairs(encode, pictures, zoom, ratio)
    k, k0, k_explained = least_squares(blocks, coarse[..., 1:-1, 1:-1])
    into, coarse = _pairs(encode, smooth, zoom, ratio)
    h, w = into.shape[2:]
    around = rearrange(functional.unfold(coarse, 3), "b f (h w) -> b f h w", h=h, w=w)
    u, u0, u_explained = least_squares(around, into)
    channels = coarse.shape[1]
    block = (channels, channels, zoom, zoom)
    k = _complete(k, zoom)
    value, vector = torch.linalg.eigh(k @ k.T)
    return FittedOperators(
        zoom,
        k.reshape(block).float(),
        k0.float(),
        torch.linalg.pinv(k).T.reshape(block).float(),
        ((vector * value.rsqrt()) @ vector.T @ k).reshape(block).float(),
        u.reshape(-1, channels, 3, 3).float(),
        u0.float(),
        (k_explained, u_explained),
    )


def _pairs(encode: Encode, pictures: Tensor, zoom: int, ratio: int) -> tuple[Tensor, Tensor]:
    """Blocks of the pictures' latents, and the latents of the shrunk pictures around them.

    (B, C zoom^2, h, w) and (B, C, h + 2, w + 2). The pictures are encoded once and the small ones,
    which cost next to nothing, at several offsets on the latent grid: so a few pictures are enough.
    """
    fine = latents_of(encode, pictures)
    rows, columns = fine.shape[2] - zoom, fine.shape[3] - zoom
    blocks, coarse = [], []
    for top, left in product(range(0, zoom, OFFSET if zoom > 2 else 1), repeat=2):
        at = pictures[..., top * ratio :, left * ratio :]
        at = at[..., : rows * ratio, : columns * ratio]
        coarse.append(latents_of(encode, _shrink(at, zoom)))
        inside = fine[..., top : top + rows, left : left + columns]
        cut = rearrange(inside, "b c (h p) (w q) -> b (c p q) h w", p=zoom, q=zoom)
        # The encoder pads at the border: what it makes there belongs to no neighbour.
        blocks.append(cut[..., 1:-1, 1:-1])
    # Offsets of one picture stay together, so that the pictures held out are unseen.
    return _by_picture(blocks), _by_picture(coarse)


def _by_picture(offsets: list[Tensor]) -> Tensor:
    return rearrange(torch.stack(offsets), "o b c h w -> (b o) c h w")


def _shrink(pictures: Tensor, zoom: int) -> Tensor:
    height, width = pictures.shape[2:]
    link = plain_space(Geometry(height, width, (float(zoom),))).link(0, 1)
    assert link is not None
    return link.shrink(pictures)


def _complete(k: Tensor, zoom: int) -> Tensor:
    """K with full rank: in directions that the encoder leaves unused, the mean of the block.

    Noise lives in those directions too, and a shrinking that loses them has no inverse.
    """
    mean = torch.eye(len(k), dtype=k.dtype).repeat_interleave(zoom * zoom, dim=1) / zoom**2
    return k + unused_directions(k @ k.T) @ (mean - k)


def _side(zoom: float, ratio: int) -> int:
    return ratio * int(zoom) * BLOCKS


RECIPE = Recipe(
    title="fitted latents",
    keys=lambda geometry: tuple(sorted(set(geometry.zooms))),
    refused=off_grid,
    fit=lambda encode, zoom, ratio, pictures: fit_operators(encode, int(zoom), ratio, pictures),
    side=_side,
    make=FittedSpace,
)
