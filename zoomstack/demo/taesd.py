"""The autoencoder in TAESD's layout: a trained decoder and an encoder written down.

The encoder is a projection of 8 x 8 pixel patches to 16 principal components, put exactly into
TAESD's convolutions: three strided ones gather the pixels of a patch into channels (each halves
the picture and quadruples the channels), the third also projects, and signs pass the ReLUs in
between as pairs of positive and negative parts.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from .state import HALF, State, zeros

PREFIX = "first_stage_model."
CHANNELS, LATENT, COLOURS, PATCH = 64, 16, 3, 8
BLOCKS = (1, 3, 4, 5, 7, 8, 9, 11, 12, 13)  # residual blocks among the encoder's layers
# SD3's latent scaling, undone: the diffusion model sees the autoencoder's latents as they are.
SCALE, SHIFT = 1.5305, 0.0609


def taesd_layout(encoder: State, decoder: State) -> State:
    """Every tensor of the autoencoder; ``encoder`` has W (16, 192) and b (16,): z = W x - b."""
    layers = {
        **{f"taesd_encoder.{k}": v for k, v in written_encoder(encoder["W"], encoder["b"]).items()},
        **{f"taesd_decoder.{key}": value for key, value in decoder.items()},
    }
    halves = {PREFIX + key: np.ascontiguousarray(v, HALF) for key, v in layers.items()}
    scaling = {"vae_scale": SCALE, "vae_shift": SHIFT}
    return halves | {PREFIX + key: np.array(v, np.float32) for key, v in scaling.items()}


def written_encoder(components: np.ndarray, offset: np.ndarray) -> State:
    """TAESD's encoder that computes ``components @ patch - offset``, up to half precision."""
    state: State = {
        "0.weight": zeros(CHANNELS, COLOURS, 3, 3),
        "0.bias": zeros(CHANNELS),
        "2.weight": _gather(COLOURS),
        "6.weight": _gather(4 * COLOURS),
        "10.weight": _project(components.reshape(LATENT, COLOURS, PATCH, PATCH)),
        "14.weight": zeros(LATENT, CHANNELS, 3, 3),
        "14.bias": -offset,
    }
    for colour in range(COLOURS):
        state["0.weight"][colour, colour, 1, 1] = 1
    for k in range(LATENT):
        state["14.weight"][k, [k, k + LATENT], 1, 1] = (1, -1)
    # A residual block of zeros leaves what is positive as it is.
    for block, conv in product(BLOCKS, (0, 2, 4)):
        state[f"{block}.conv.{conv}.weight"] = zeros(CHANNELS, CHANNELS, 3, 3)
        state[f"{block}.conv.{conv}.bias"] = zeros(CHANNELS)
    return state


def _gather(channels: int) -> np.ndarray:
    """Space to depth: channel (c, dy, dx) of the half-size picture is pixel (dy, dx) of c."""
    kernel = zeros(CHANNELS, CHANNELS, 3, 3)
    for c, dy, dx in product(range(channels), (0, 1), (0, 1)):
        kernel[(c * 2 + dy) * 2 + dx, c, 1 + dy, 1 + dx] = 1
    return kernel


def _project(components: np.ndarray) -> np.ndarray:
    """The last gathering and the projection in one, as positive and negative parts."""
    kernel = zeros(CHANNELS, CHANNELS, 3, 3)
    for c, y, x in product(range(COLOURS), range(PATCH), range(PATCH)):
        # The first gathering took the lowest bits of y and x, the second the next ones.
        channel = (((c * 2 + (y & 1)) * 2 + (x & 1)) * 2 + (y >> 1 & 1)) * 2 + (x >> 1 & 1)
        spot = (channel, 1 + (y >> 2), 1 + (x >> 2))
        kernel[(slice(0, LATENT), *spot)] = components[:, c, y, x]
        kernel[(slice(LATENT, 2 * LATENT), *spot)] = -components[:, c, y, x]
    return kernel
