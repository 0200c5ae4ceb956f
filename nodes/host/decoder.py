"""A copy of a VAE's decoder that autograd can change."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import comfy.model_management as management
import torch
from torch import Tensor

from . import needs

Decode = Callable[[Tensor], Tensor]


def tunable_decoder(vae: Any) -> tuple[Decode, list[torch.nn.Parameter]]:
    """``decode(latent (1, ...)) -> (1, 3, H, W)`` in [0, 1] by a copy, and the copy's parameters.

    The copy is in single precision on the VAE's device; the VAE itself stays as it is. Latents are
    of the space of LATENT wires. No parameters where the VAE has none (pixel models).
    """
    needs.held("decoder", vae)
    management.load_models_gpu([vae.patcher])
    # Copied outside of inference mode, in which ComfyUI loads weights: autograd refuses those.
    with torch.inference_mode(False):
        module = copy.deepcopy(vae.first_stage_model).to(vae.device, torch.float32)
        module.requires_grad_(False)
        parameters = [
            p for name, p in module.named_parameters() if "encoder" not in name and p.ndim
        ]
        for parameter in parameters:
            parameter.requires_grad_(True)
        for part in module.modules():
            if hasattr(part, "comfy_cast_weights"):
                part.comfy_cast_weights = False  # pyright: ignore[reportAttributeAccessIssue]

    def decode(latent: Tensor) -> Tensor:
        if vae.latent_dim == 2 and latent.ndim == 5:
            latent = latent[:, :, 0]
        decoded = module.decode(latent.to(vae.device, torch.float32))
        pictures = vae.process_output(decoded.clone())
        return pictures.reshape(-1, pictures.shape[1], *pictures.shape[-2:])

    return decode, parameters
