"""Fitting the operators of ``fitted`` to an encoder, by least squares on some dozen pictures."""

from __future__ import annotations

from itertools import product

import torch
from einops import rearrange
from torch import Tensor
from torch.nn import functional

from ...scene.geometry import Geometry
from ..fitting.recipe import Recipe
from ..fitting.regression import Parted, latents_of, unused_directions
from ..fitting.scenery import scenery
from ..plain import PlainLink, plain_space
from ..space import Encode
from .operators import LARGEST_ZOOM, FittedOperators
from .space import FittedSpace, off_grid

LATENTS = 48 * 32**2  # of all pictures to fit on
ALONG, BLOCKS = 32, 12  # latents along the side of one, and blocks at least
OFFSETS = 4  # an axis at most, from which a picture is cut into blocks
APART = 4  # pictures from one that is enlarged to the next: the unknowns are fewer there
RING = 2  # latents around a block that are worth their unknowns

# Latents nearby say nearly the same: what sets them apart is the chance of these pictures.
RIDGE = 3e-2


# ComfyUI runs nodes in inference mode, whose tensors autograd (the Adam anchor) would refuse.
@torch.inference_mode(False)
@torch.no_grad()
def fit_operators(
    encode: Encode, zoom: int, ratio: int = 8, pictures: Tensor | None = None, ring: int = RING
) -> FittedOperators:
    """Fit the operators for a whole factor ``zoom`` (2 to 8) to an encoder.

    ``encode`` takes pictures (B, 3, H, W) in [0, 1] to latents (B, C, H / ratio, W / ratio).
    ``pictures`` (B, 3, H, W) are what to fit on, H and W multiples of ``ratio * zoom``; scenery
    where none are given. ``ring`` is how many latents around a block its shrunk latent looks at.
    ``explained`` is of every fourth picture, by a fit to the others.
    """
    if not 2 <= zoom <= LARGEST_ZOOM:
        raise ValueError(f"Operators can be fitted for factors of 2 to {LARGEST_ZOOM}, not {zoom}.")
    if pictures is None:
        side = _side(zoom, ratio)
        pictures = scenery(max(8, LATENTS // (side // ratio) ** 2), side, side)
    if len(pictures) < 2:
        raise ValueError(f"Operators need 2 pictures to fit on or more, not {len(pictures)}.")
    shrinking, enlarging = Parted(), Parted()
    for number, picture in enumerate(pictures.split(1)):
        shrinking.add(*_shrunk(encode, picture, zoom, ratio, ring))
        if number % APART < 1 or len(pictures) < APART**2:
            enlarging.add(*_enlarged(encode, picture, zoom))
    k, k0, k_explained = shrinking.solved(RIDGE)
    u, u0, u_explained = enlarging.solved(RIDGE)
    channels, side = len(k0), zoom + 2 * ring
    k = _complete(k.reshape(channels, channels, side, side), ring)
    block = k[..., ring : ring + zoom, ring : ring + zoom]
    return FittedOperators(
        zoom,
        k.float(),
        k0.float(),
        _inverse_root(k).float(),
        torch.einsum("oc,cikl->oikl", _inverse_root(block), block).float(),
        u.reshape(-1, channels, 3, 3).float(),
        u0.float(),
        (k_explained, u_explained),
    )


def _shrunk(
    encode: Encode, picture: Tensor, zoom: int, ratio: int, ring: int
) -> tuple[Tensor, Tensor]:
    """Blocks of a picture's latents with their rings, and the latents of the shrunk picture.

    (B, C (zoom + 2 ring)^2, h, w) and (B, C, h, w). The picture is encoded once and small ones,
    which cost little, at several offsets on the latent grid: so that fewer pictures do.
    """
    fine = latents_of(encode, picture)
    rows, columns = (size - zoom for size in fine.shape[2:])
    # The encoder pads at the border: what it makes there belongs to no neighbour.
    edge = max(1, -(-(ring + 1) // zoom))
    near = edge * zoom - ring
    blocks, small = [], []
    for top, left in product(range(0, zoom, max(1, zoom // OFFSETS)), repeat=2):
        at = picture[..., top * ratio :, left * ratio :][..., : rows * ratio, : columns * ratio]
        small.append(latents_of(encode, _pixels(at, zoom).shrink(at))[..., edge:-edge, edge:-edge])
        inside = fine[..., top + near : top + rows - near, left + near : left + columns - near]
        blocks.append(_patches(inside, zoom + 2 * ring, zoom))
    return torch.cat(blocks), torch.cat(small)


def _enlarged(encode: Encode, picture: Tensor, zoom: int) -> tuple[Tensor, Tensor]:
    """3 x 3 latents of the shrunk picture, and the block of the middle one once it is enlarged.

    (B, 9 C, h, w) and (B, C zoom^2, h, w).
    """
    pixels = _pixels(picture, zoom)
    small = pixels.shrink(picture)
    around = _patches(latents_of(encode, small)[..., 1:-1, 1:-1], 3, 1)
    large = latents_of(encode, pixels.enlarge(small).clamp(0, 1))
    edge = 2 * zoom
    return around, functional.pixel_unshuffle(large[..., edge:-edge, edge:-edge], zoom)


def _patches(x: Tensor, size: int, stride: int) -> Tensor:
    rows = (x.shape[2] - size) // stride + 1
    return rearrange(functional.unfold(x, size, stride=stride), "b f (h w) -> b f h w", h=rows)


def _pixels(pictures: Tensor, zoom: int) -> PlainLink:
    height, width = pictures.shape[2:]
    link = plain_space(Geometry(height, width, (float(zoom),))).link(0, 1)
    assert link is not None
    return link


def _inverse_root(k: Tensor) -> Tensor:
    """(K K^T)^(-1/2) of the channels of one shrunk latent, (C, C)."""
    value, vector = torch.linalg.eigh(torch.einsum("oikl,pikl->op", k, k))
    return (vector * value.rsqrt()) @ vector.T


def _complete(k: Tensor, ring: int) -> Tensor:
    """K with full rank: in directions that the encoder leaves unused, the mean of the block.

    Noise lives in those directions too, and a shrinking that loses them has no inverse.
    """
    zoom = k.shape[-1] - 2 * ring
    mean = torch.zeros_like(k)
    own = torch.eye(len(k), dtype=k.dtype)[..., None, None] / zoom**2
    mean[..., ring : ring + zoom, ring : ring + zoom] = own
    unused = unused_directions(torch.einsum("oikl,pikl->op", k, k))
    return k + torch.einsum("oc,cikl->oikl", unused, mean - k)


def _side(zoom: float, ratio: int) -> int:
    return ratio * int(zoom) * max(ALONG // int(zoom), BLOCKS)


RECIPE = Recipe(
    title="fitted latents",
    keys=lambda geometry: tuple(sorted(set(geometry.zooms))),
    refused=off_grid,
    fit=lambda encode, zoom, ratio, pictures: fit_operators(encode, int(zoom), ratio, pictures),
    side=_side,
    make=FittedSpace,
)
