"""Tiny random instances of the architectures that people really use, built by ComfyUI's own code.

    sdxl = family("sdxl")
    nodes.common_ksampler(sdxl.model, 1, 3, 3.0, "euler", "normal",
                          sdxl.make_cond(1), sdxl.make_cond(2), {"samples": sdxl.latent(3, 16, 16)})

Widths that the conditioning code fixes (context, pooled, SDXL's size embedding) are the real ones;
depth and hidden width are cut down until a call takes milliseconds. The weights are random, and
layers that training starts at zero are random too: otherwise every prediction would be zero.
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import torch
from tiny_models import Conditioning, import_comfy

SD15_MIDDLE = (64, 2)
"""Channels and stride of the tiny SD1.5 in its middle block, where a ControlNet adds to it."""


@dataclasses.dataclass(frozen=True)
class TinyFamily:
    """A MODEL and what goes with it."""

    name: str
    model: Any
    """comfy.model_patcher.ModelPatcher"""
    make_cond: Callable[..., Conditioning]
    """``make_cond(prompt_seed, tokens=...)``: a CONDITIONING of the family's shapes."""
    latent: Callable[[int, int, int], torch.Tensor]
    """``latent(levels, h, w)``: the empty latent in node space; h and w in latent pixels."""
    vae: Any
    """comfy.sd.VAE of the family's latents (see ``tiny_vae.py``)."""


@dataclasses.dataclass(frozen=True)
class _Spec:
    config: str
    """Name of the class in comfy.supported_models."""
    unet: dict[str, Any]
    """What comfy.model_detection would have read off a checkpoint."""
    latent: tuple[int, ...]
    """Channels, and 1 frame for the families whose latents are 5-D."""
    context: tuple[int, int]
    """Tokens (when not asked for otherwise) and width of the text conditioning."""
    pooled: int | None = None
    extras: dict[str, Any] = dataclasses.field(default_factory=dict)
    """Scalars that the family's encode nodes put beside the tensors."""


_UNET = {
    "image_size": 32,
    "in_channels": 4,
    "out_channels": 4,
    "num_res_blocks": [1, 1],
    "channel_mult": [1, 2],
    "use_spatial_transformer": True,
    "transformer_depth_middle": 1,
    "legacy": False,
}

_SD3_TEXT_IN = {"target": "torch.nn.Linear", "params": {"in_features": 4096, "out_features": 128}}

# Heads of 128: the rotary axes, which add up to it, are fixed.
_FLUX_SIZE = {"hidden_size": 256, "num_heads": 2, "depth": 1, "depth_single_blocks": 1}

_SPECS = {
    "sd15": _Spec(
        "SD15",
        {
            **_UNET,
            "model_channels": 32,
            "transformer_depth": [1, 1],
            "transformer_depth_output": [1] * 4,
            "context_dim": 768,
        },
        latent=(4,),
        context=(77, 768),
    ),
    "sdxl": _Spec(
        "SDXL",
        {
            **_UNET,
            "model_channels": 64,  # heads of 64 channels
            "transformer_depth": [0, 1],
            "transformer_depth_output": [0, 0, 1, 1],
            "context_dim": 2048,
            "use_linear_in_transformer": True,
            "num_classes": "sequential",
            "adm_in_channels": 2816,  # 1280 pooled + 6 sizes of 256
        },
        latent=(4,),
        context=(77, 2048),
        pooled=1280,
        extras={"width": 1024, "height": 768, "crop_w": 64, "crop_h": 0},
    ),
    "sd3": _Spec(
        "SD3",
        {
            "in_channels": 16,
            "out_channels": 16,
            "patch_size": 2,
            "depth": 2,  # blocks, heads, and 64ths of the width
            "input_size": None,
            "adm_in_channels": 2048,
            "context_embedder_config": _SD3_TEXT_IN,
            "qk_norm": "rms",
            "pos_embed_scaling_factor": None,
        },
        latent=(16,),
        context=(77, 4096),
        pooled=2048,
    ),
    "flux": _Spec(
        "Flux",
        {
            "image_model": "flux",
            "in_channels": 16,
            "out_channels": 16,
            "patch_size": 2,
            **_FLUX_SIZE,
            "axes_dim": [16, 56, 56],
            "mlp_ratio": 4.0,
            "theta": 10000,
            "vec_in_dim": 768,
            "context_in_dim": 4096,
            "qkv_bias": True,
            "guidance_embed": True,
            "txt_ids_dims": [],
        },
        latent=(16,),
        context=(64, 4096),
        pooled=768,
        extras={"guidance": 3.5},
    ),
    "flux2": _Spec(
        "Flux2",
        {
            "image_model": "flux2",
            "in_channels": 128,  # 32 channels, each a 2 x 2 square of an 8x latent
            "out_channels": 128,
            "patch_size": 1,
            **_FLUX_SIZE,
            "axes_dim": [32, 32, 32, 32],
            "mlp_ratio": 3.0,
            "theta": 2000,
            "vec_in_dim": None,
            "context_in_dim": 7680,
            "qkv_bias": False,
            "ops_bias": False,
            "global_modulation": True,
            "mlp_silu_act": True,
            "guidance_embed": True,
            "default_ref_method": "index",
            "ref_index_scale": 10.0,
            "txt_ids_dims": [3],
        },
        latent=(128,),
        context=(64, 7680),  # padded to 512 by ComfyUI
        extras={"guidance": 3.5},
    ),
    "qwen_image": _Spec(
        "QwenImage",
        {
            "image_model": "qwen_image",
            "num_layers": 2,
            "num_attention_heads": 2,
            "attention_head_dim": 128,
            "joint_attention_dim": 3584,
            "in_channels": 64,
            "out_channels": 16,
            "patch_size": 2,
        },
        latent=(16, 1),
        context=(32, 3584),
    ),
    "pixel": _Spec(
        "PixelDiTT2I",
        {
            "image_model": "pixeldit_t2i",
            "hidden_size": 96,
            "num_groups": 6,
            "patch_depth": 2,
            "patch_size": 4,
            "pixel_depth": 1,
            "pixel_hidden_size": 8,
            "pixel_attn_hidden_size": 64,
            "pixel_num_groups": 4,
        },
        latent=(3,),
        context=(32, 2304),
    ),
}

FAMILIES = tuple(_SPECS)


def family(name: str, seed: int = 0, **changed: Any) -> TinyFamily:
    """Build one of `FAMILIES`, the same weights for the same seed; its network may be changed."""
    import_comfy()
    import comfy.model_patcher
    import comfy.supported_models

    spec = _SPECS[name]
    cpu = torch.device("cpu")
    config = getattr(comfy.supported_models, spec.config)({**spec.unet, **changed})
    config.set_inference_dtype(torch.float32, None)
    model = config.get_model({}, "", device=cpu)
    _fill(model.diffusion_model, seed)
    return TinyFamily(
        name=name,
        model=comfy.model_patcher.ModelPatcher(model, load_device=cpu, offload_device=cpu),
        make_cond=lambda prompt_seed, tokens=spec.context[0]: _cond(spec, prompt_seed, tokens),
        latent=lambda levels, h, w: torch.zeros(levels, *spec.latent, h, w),
        vae=_vae(spec.latent),
    )


def _cond(spec: _Spec, prompt_seed: int, tokens: int) -> Conditioning:
    """Random text: a subject that all words share, as in a real encoder, and the words."""
    generator = torch.Generator().manual_seed(prompt_seed)
    width = spec.context[1]
    subject = torch.randn(1, 1, width, generator=generator)
    words = torch.randn(1, tokens, width, generator=generator)
    extras = dict(spec.extras)
    if spec.pooled is not None:
        extras["pooled_output"] = torch.randn(1, spec.pooled, generator=generator)
    return [[subject + words, extras]]


def _vae(latent: tuple[int, ...]) -> Any:
    from tiny_vae import mosaic_vae, mosaic_video_vae, pixel_vae

    if latent == (3,):
        return pixel_vae()
    return mosaic_vae(latent[0]) if len(latent) == 1 else mosaic_video_vae()


def _fill(network: torch.nn.Module, seed: int) -> None:
    """Random weights that keep signals near unit size from end to end."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            noise = torch.randn(weight.shape, generator=generator)
            if name.endswith("bias"):
                weight.copy_(0.05 * noise)
            elif weight.ndim == 1:  # the scale of a norm
                weight.copy_(1 + 0.05 * noise)
            else:
                weight.copy_(noise / math.sqrt(math.prod(weight.shape[1:])))
