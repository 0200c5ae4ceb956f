"""Models of real sizes with random weights: what sampling costs on them needs no checkpoint."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import comfy.model_management as management
import comfy.model_patcher
import comfy.sd
import comfy.supported_models
import torch
from comfy.taesd.taesd import TAESD
from torch import nn

_UNET = {
    "image_size": 32, "in_channels": 4, "out_channels": 4, "model_channels": 320,
    "use_spatial_transformer": True, "legacy": False,
}  # fmt: skip


class Size(NamedTuple):
    """What ComfyUI reads off a published checkpoint, and the text that goes with it."""

    family: str  # in ``comfy.supported_models``
    network: dict[str, Any]
    channels: int  # of its latents
    text: tuple[int, int]  # tokens and their width
    pooled: int
    repeated: dict[str, int] = {}  # blocks that are one, so many times over: as much work
    extras: dict[str, float] = {}
    cfg: float = 3.0

    def model(self) -> comfy.model_patcher.ModelPatcher:
        """The MODEL: in half precision on a GPU, as ComfyUI runs it, in single on a CPU."""
        device = management.get_torch_device()
        dtype = torch.float16 if device.type == "cuda" else torch.float32
        family = getattr(comfy.supported_models, self.family)(dict(self.network))
        family.set_inference_dtype(dtype, None)
        model = family.get_model({}, "", device=device)
        _fill(model.diffusion_model, device)
        for name, times in self.repeated.items():
            (block,) = getattr(model.diffusion_model, name)
            setattr(model.diffusion_model, name, nn.ModuleList([block] * times))
        offload = management.unet_offload_device()
        return comfy.model_patcher.ModelPatcher(model, device, offload)

    def small_vae(self) -> comfy.sd.VAE:
        """A TAESD of its latents."""
        network = TAESD(latent_channels=self.channels)
        _fill(network, torch.device("cpu"))
        return comfy.sd.VAE(sd=network.state_dict())

    def prompt(self, seed: int, **options: Any) -> list[Any]:
        """An entry of CONDITIONING, of random text and with ``options``."""
        generator = torch.Generator().manual_seed(seed)
        text = torch.randn(1, *self.text, generator=generator)
        pooled = torch.randn(1, self.pooled, generator=generator)
        return [text, {"pooled_output": pooled, **self.extras, **options}]


SIZES = {
    "sd15": Size(
        "SD15",
        {
            **_UNET, "num_res_blocks": [2] * 4, "channel_mult": [1, 2, 4, 4], "num_heads": 8,
            "transformer_depth": [1] * 6 + [0] * 2, "transformer_depth_middle": 1,
            "transformer_depth_output": [1] * 9 + [0] * 3, "context_dim": 768,
        },
        4, (77, 768), 1280,
    ),
    "sdxl": Size(
        "SDXL",
        {
            **_UNET, "num_res_blocks": [2] * 3, "channel_mult": [1, 2, 4], "num_head_channels": 64,
            "transformer_depth": [0, 0, 2, 2, 10, 10], "transformer_depth_middle": 10,
            "transformer_depth_output": [0, 0, 0, 2, 2, 2, 10, 10, 10], "context_dim": 2048,
            "use_linear_in_transformer": True, "num_classes": "sequential", "adm_in_channels": 2816,
        },
        4, (77, 2048), 1280,
    ),
    # 12 billion parameters are 48 GB in single precision: one block of each kind, many times over.
    "flux": Size(
        "Flux",
        {
            "image_model": "flux", "in_channels": 16, "out_channels": 16, "patch_size": 2,
            "hidden_size": 3072, "num_heads": 24, "depth": 1, "depth_single_blocks": 1,
            "axes_dim": [16, 56, 56], "mlp_ratio": 4.0, "theta": 10000, "vec_in_dim": 768,
            "context_in_dim": 4096, "qkv_bias": True, "guidance_embed": True, "txt_ids_dims": [],
        },
        16, (256, 4096), 768, {"double_blocks": 19, "single_blocks": 38}, {"guidance": 3.5}, 1.0,
    ),
}  # fmt: skip


@torch.no_grad()
def _fill(network: nn.Module, device: torch.device) -> None:
    """Random weights of such a deviation that what a layer puts out is as large as what it gets."""
    generator = torch.Generator(device).manual_seed(0)
    for weight in network.parameters():
        if weight.ndim == 1:
            weight.fill_(1)
        else:
            weight.normal_(0, math.prod(weight.shape[1:]) ** -0.5, generator=generator)
