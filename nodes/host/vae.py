"""The VAE, as pictures in and out: (B, 3, H, W) in [0, 1]."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from . import needs
from .jobs import check_interrupted


# In inference mode, whoever asks: a VAE that was loaded in it, as the host loads its models, has
# weights that a GPU's convolutions refuse outside of it (fits leave it, for autograd's sake).
@torch.inference_mode()
def encode_pictures(vae: Any, pictures: Tensor) -> Tensor:
    """Latents (space of LATENT wires) of pictures (B, 3, H, W) in [0, 1]."""
    needs.held("VAE", vae)
    # As IMAGEs lie in memory: then a stock VAE Encode gives the same latents to the last bit.
    images = pictures.movedim(1, -1).contiguous()
    if getattr(vae, "latent_dim", 2) == 3:
        # A video VAE takes a batch for one film: one at a time.
        return torch.cat([_encode_one(vae, image) for image in images.split(1)])
    return vae.encode(images)


def _encode_one(vae: Any, image: Tensor) -> Tensor:
    check_interrupted()
    return vae.encode(image)


@torch.inference_mode()
def decode_pictures(vae: Any, latent: Tensor) -> Tensor:
    """Pictures (B, 3, H, W) in [0, 1] of latents (space of LATENT wires)."""
    images = vae.decode(latent)
    return images.reshape(-1, *images.shape[-3:]).movedim(-1, 1)


def load_together(model: Any, vae: Any) -> None:
    """Load the VAE with the model: one used at every step would otherwise push the other out."""
    model.set_additional_models("zoomstack_vae", [vae.patcher])
