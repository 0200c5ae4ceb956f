"""The VAE, as pictures in and out: (B, 3, H, W) in [0, 1]."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from . import needs
from .jobs import check_interrupted
from .layout import ratio_of


class Misfit(NamedTuple):
    """What a VAE's latents are, and what a model denoises instead: "4 channels", "films" ..."""

    theirs: str
    ours: str


def misfit(vae: Any, latent_format: Any) -> Misfit | None:
    """How a VAE's latents differ from a model's in kind; None where they do not."""
    needs.held("VAE", vae)
    channels = vae.latent_channels, latent_format.latent_channels
    if channels[0] != channels[1]:
        return Misfit(*(f"{count} channels" for count in channels))
    axes = vae.latent_dim, latent_format.latent_dimensions
    if axes[0] != axes[1]:
        return Misfit(*({1: "sound", 2: "pictures"}.get(count, "films") for count in axes))
    ratios = int(vae.spacial_compression_encode()), ratio_of(latent_format)
    if ratios[0] != ratios[1] and not _shrinks(vae, ratios[1], 4 * max(ratios)):
        return Misfit(*(f"1/{ratio} of a picture's side" for ratio in ratios))
    return None


def _shrinks(vae: Any, ratio: int, side: int) -> bool:
    """Whether it does: of some small ones (taef2) the host does not know it."""
    return encode_pictures(vae, torch.zeros(1, 3, side, side)).shape[-1] * ratio == side


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
    """Load the VAE with the model: one used at every step would otherwise push the other out.

    Copies of the model on other GPUs are told of it too: else the host copies it to each.
    """
    for patcher in (model, *model.get_additional_models_with_key("multigpu")):
        patcher.set_additional_models("zoomstack_vae", [vae.patcher])
