"""Fitting the operators of ``fitted`` to an encoder, by least squares on a few pictures."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import torch
from einops import rearrange
from torch import Tensor
from torch.nn import functional

from .fitted import LARGEST_ZOOM, FittedOperators
from .geometry import Geometry
from .leaves import dead_leaves
from .resample import plain_space

Encode = Callable[[Tensor], Tensor]

PICTURES, BLOCKS = 8, 9  # pictures to fit on, and blocks along their sides
OFFSET = 2  # latents from one cut of a picture into blocks to the next
RIDGE = 1e-4  # of the samples' mean power
UNUSED = 1e-4  # a latent direction with less than this of the strongest one's power is unused


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
        side = ratio * zoom * BLOCKS
        pictures = dead_leaves(PICTURES, side, side)
    with torch.inference_mode(False), torch.no_grad():
        smooth = functional.interpolate(
            _shrink(pictures, zoom), scale_factor=zoom, mode="bicubic"
        ).clamp(0, 1)
        blocks, coarse = _pairs(encode, pictures, zoom, ratio)
        k, k0, k_explained = _least_squares(blocks, coarse[..., 1:-1, 1:-1])
        into, coarse = _pairs(encode, smooth, zoom, ratio)
        h, w = into.shape[2:]
        around = rearrange(functional.unfold(coarse, 3), "b f (h w) -> b f h w", h=h, w=w)
        u, u0, u_explained = _least_squares(around, into)
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
    fine = _latents(encode, pictures)
    rows, columns = fine.shape[2] - zoom, fine.shape[3] - zoom
    blocks, coarse = [], []
    for top, left in product(range(0, zoom, OFFSET if zoom > 2 else 1), repeat=2):
        at = pictures[..., top * ratio :, left * ratio :]
        at = at[..., : rows * ratio, : columns * ratio]
        coarse.append(_latents(encode, _shrink(at, zoom)))
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
    value, vector = torch.linalg.eigh(k @ k.T)
    unused = vector[:, value < UNUSED * value.max()]
    mean = torch.eye(len(k), dtype=k.dtype).repeat_interleave(zoom * zoom, dim=1) / zoom**2
    return k + unused @ unused.T @ (mean - k)


def _latents(encode: Encode, pictures: Tensor) -> Tensor:
    return torch.cat([encode(batch).double().cpu() for batch in pictures.split(8)])


def _least_squares(known: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor, float]:
    """A and b of ``wanted = A known + b``, and the variance explained on the last quarter.

    Both (B, features, h, w).
    """
    known, wanted = (rearrange(x, "b f h w -> (b h w) f") for x in (known, wanted))
    seen = len(known) * 3 // 4
    x, y = known[:seen], wanted[:seen]
    x_mean, y_mean = x.mean(0), y.mean(0)
    x, y = x - x_mean, y - y_mean
    gram = x.T @ x
    gram.diagonal().add_(RIDGE * gram.diagonal().mean())
    matrix = torch.linalg.solve(gram, x.T @ y).T
    offset = y_mean - matrix @ x_mean
    held, target = known[seen:], wanted[seen:]
    error = (held @ matrix.T + offset - target).square().mean(0).sum()
    return matrix, offset, float(1 - error / target.var(0).sum())
