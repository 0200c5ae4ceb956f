"""Fitting a ``codec.LinearTwin`` to an encoder, by least squares on a few pictures."""

from __future__ import annotations

import torch
from einops import rearrange
from torch import Tensor
from torch.nn import functional

from ..fitting.leaves import dead_leaves
from ..fitting.recipe import Recipe
from ..fitting.regression import latents_of, least_squares, unused_directions
from ..space import Encode
from .codec import LinearTwin
from .space import TwinSpace

PICTURES, SIDE = 4, 32  # pictures to fit on (two do nearly as well), and latents along their sides

# Some 150 unknowns of thousands of samples: hardly a ridge, which would blur an exact twin.
RIDGE = 1e-6


# ComfyUI runs nodes in inference mode, whose tensors autograd (the Adam anchor) would refuse.
@torch.inference_mode(False)
@torch.no_grad()
def fit_twin(encode: Encode, ratio: int = 8, pictures: Tensor | None = None) -> LinearTwin:
    """Fit the linear twin of an encoder.

    ``encode`` takes pictures (B, 3, H, W) in [0, 1] to latents (B, C, H / ratio, W / ratio).
    ``pictures`` (B, 3, H, W) are what to fit on, H and W multiples of ``ratio``; dead leaves where
    none are given. A quarter of them is kept to measure ``explained``.
    """
    if pictures is None:
        pictures = dead_leaves(PICTURES, SIDE * ratio, SIDE * ratio)
    latents = latents_of(encode, pictures)
    channels = latents.shape[1]
    detail = fine_enough(channels, ratio)
    pixels = functional.avg_pool2d(pictures, ratio // detail).double().cpu()
    ring = detail // 2
    # The encoder pads at the border: what it makes there belongs to no neighbour.
    inside = latents[..., 1:-1, 1:-1]
    around = _patches(latents, 3, 1)
    own = functional.pixel_unshuffle(pixels, detail)[..., 1:-1, 1:-1]
    decode, decode_offset, shown = least_squares(around, own, RIDGE)
    cut = pixels[..., detail - ring : ring - detail, detail - ring : ring - detail]
    seen = _patches(cut, detail + 2 * ring, detail)
    encode_, encode_offset, kept = least_squares(seen, inside, RIDGE)
    side = detail + 2 * ring
    unused = unused_directions(encode_ @ encode_.T).float()
    return LinearTwin(
        decode.reshape(-1, channels, 3, 3).float(),
        decode_offset.float(),
        encode_.reshape(channels, 3, side, side).float(),
        encode_offset.float(),
        unused if unused.any() else None,
        (shown, kept),
        ratio,
    )


def fine_enough(channels: int, ratio: int) -> int:
    """Pixels along a latent's side: 4, or more where they hold less than twice its channels."""
    detail = min(4, ratio)
    while detail < ratio and 3 * detail**2 < 2 * channels:
        detail *= 2
    return detail


def _patches(x: Tensor, size: int, stride: int) -> Tensor:
    rows = (x.shape[2] - size) // stride + 1
    return rearrange(functional.unfold(x, size, stride=stride), "b f (h w) -> b f h w", h=rows)


# One fit serves every factor and focus.
RECIPE = Recipe(
    title="the linear twin of the VAE",
    keys=lambda geometry: (0.0,),
    refused=lambda geometry: None,
    fit=lambda encode, _, ratio, pictures: fit_twin(encode, ratio, pictures),
    side=lambda _, ratio: SIDE * ratio,
    make=lambda geometry, fits: TwinSpace(geometry, fits[0.0]),
)
