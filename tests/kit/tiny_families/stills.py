"""Families of transformers whose latents are pictures."""

from .spec import Spec

_SD3_TEXT_IN = {"target": "torch.nn.Linear", "params": {"in_features": 4096, "out_features": 128}}

# Heads of 128: the rotary axes, which add up to it, are fixed.
_FLUX_SIZE = {"hidden_size": 256, "num_heads": 2, "depth": 1, "depth_single_blocks": 1}

SPECS = {
    "sd3": Spec(
        "Stable Diffusion 3",
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
    "flux": Spec(
        "FLUX.1",
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
    "flux2": Spec(
        "FLUX.2",
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
    "pixel": Spec(
        "PixelDiT",
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
