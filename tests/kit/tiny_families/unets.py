"""Families around a UNet: Stable Diffusion 1.5 and what came of it."""

from .spec import Spec

UNET = {
    "image_size": 32,
    "in_channels": 4,
    "out_channels": 4,
    "num_res_blocks": [1, 1],
    "channel_mult": [1, 2],
    "use_spatial_transformer": True,
    "transformer_depth_middle": 1,
    "legacy": False,
}

SD15_MIDDLE = (64, 2)
"""Channels and stride of the tiny SD1.5 in its middle block, where a ControlNet adds to it."""

SPECS = {
    "sd15": Spec(
        "Stable Diffusion 1.5",
        "SD15",
        {
            **UNET,
            "model_channels": 32,
            "transformer_depth": [1, 1],
            "transformer_depth_output": [1] * 4,
            "context_dim": 768,
        },
        latent=(4,),
        context=(77, 768),
    ),
    "sdxl": Spec(
        "SDXL",
        "SDXL",
        {
            **UNET,
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
}
