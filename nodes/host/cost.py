"""How much work a model's step is, and a VAE's, counted and not timed: the same on every machine.

Within a factor of two, which is enough to share a run's time between them.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from comfy.model_patcher import ModelPatcher

SIDE = 64  # pixels of the picture that a VAE's work is counted on
UNET = 16  # latent positions for one of those where most weights of a U-Net are
PATCH = 2  # latents along a transformer's token, where it does not say


def step_operations(patcher: ModelPatcher, shape: tuple[int, ...], calls: int = 2) -> float:
    """Multiplications of one level's step: its weights, once a token, in ``calls`` predictions.

    ``shape`` is the latent's; what attention adds is left out.
    """
    network: Any = patcher.get_model_object("diffusion_model")
    weights = sum(weight.numel() for weight in network.parameters())
    positions = prod(shape[-2:])
    if hasattr(network, "input_blocks"):
        return weights * positions / UNET * calls
    patch = getattr(network, "patch_size", PATCH)
    side = patch[-1] if isinstance(patch, tuple | list) else patch
    return weights * positions / int(side) ** 2 * calls


@torch.inference_mode()
def picture_operations(vae: Any, latent: torch.Tensor) -> tuple[float, float]:
    """Multiplications for a pixel of (encoding, decoding); ``latent`` is one of ``SIDE`` pixels."""
    from torch.utils.flop_counter import FlopCounterMode

    def counted(attempt: Any) -> float:
        with FlopCounterMode(display=False) as counter:
            attempt()
        return counter.get_total_flops() / 2 / SIDE**2

    pictures = torch.zeros(1, SIDE, SIDE, 3)
    return counted(lambda: vae.encode(pictures)), counted(lambda: vae.decode(latent))
