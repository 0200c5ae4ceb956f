"""The trained autoencoder under the names that an SD3 checkpoint gives it."""

from __future__ import annotations

import numpy as np

from .state import HALF, State

PREFIX = "first_stage_model."
# SD3's latent scaling, undone: the diffusion model sees the autoencoder's latents as they are.
SCALE, SHIFT = 1.5305, 0.0609


def taesd_layout(encoder: State, decoder: State) -> State:
    """Every tensor of the autoencoder, from the state dicts of its halves."""
    halves = {"taesd_encoder": encoder, "taesd_decoder": decoder}
    state: State = {
        f"{PREFIX}{name}.{key}": np.ascontiguousarray(value, HALF)
        for name, half in halves.items()
        for key, value in half.items()
    }
    scaling = {"vae_scale": SCALE, "vae_shift": SHIFT}
    return state | {PREFIX + key: np.array(value, np.float32) for key, value in scaling.items()}
