"""Families around a UNet: Stable Diffusion 1.5 and what came of it."""

import types

import torch

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

_SD15 = {
    **UNET,
    "model_channels": 32,
    "transformer_depth": [1, 1],
    "transformer_depth_output": [1] * 4,
    "context_dim": 768,
}
_SD2 = {
    **_SD15,
    "model_channels": 64,  # heads of 64 channels
    "context_dim": 1024,
    "use_linear_in_transformer": True,
}
_SDXL = {
    **UNET,
    "model_channels": 64,
    "transformer_depth": [0, 1],
    "transformer_depth_output": [0, 0, 1, 1],
    "context_dim": 2048,
    "use_linear_in_transformer": True,
    "num_classes": "sequential",
    "adm_in_channels": 2816,  # 1280 pooled + 6 sizes of 256
}
_SDXL_SIZES = {"width": 1024, "height": 768, "crop_w": 64, "crop_h": 0}


def picture(channels: int, seed: int, side: int = 16) -> torch.Tensor:
    """A random latent or picture that an encode node puts beside a prompt."""
    generator = torch.Generator().manual_seed(1000 + seed)
    return torch.randn(1, channels, side, side, generator=generator)


def _beside(seed: int) -> dict:
    return {"concat_latent_image": picture(4, seed)}


def _inpainting(seed: int) -> dict:
    return {**_beside(seed), "concat_mask": (picture(1, seed)[:, 0] > 0).float()}


def seen(width: int, seed: int) -> dict:
    """What unCLIP Conditioning puts there: a picture as a CLIP vision model saw it."""
    output = types.SimpleNamespace(image_embeds=picture(1, seed, 64).view(1, -1)[:, :width])
    return {
        "unclip_conditioning": [
            {"clip_vision_output": output, "strength": 0.8, "noise_augmentation": 0.2}
        ]
    }


SPECS = {
    "sd15": Spec("Stable Diffusion 1.5", "SD15", _SD15, latent=(4,), context=(77, 768)),
    "sd15_inpainting": Spec(
        "Stable Diffusion 1.5, inpainting",
        "SD15",
        {**_SD15, "in_channels": 9},
        latent=(4,),
        context=(77, 768),
        make_extras=_inpainting,
        note="Each level's picture and mask beside its prompt (Inpaint Model Conditioning).",
    ),
    "sd15_instructpix2pix": Spec(
        "InstructPix2Pix",
        "SD15_instructpix2pix",
        {**_SD15, "in_channels": 8},
        latent=(4,),
        context=(77, 768),
        make_extras=_beside,
        note="Each level's picture beside its prompt.",
    ),
    "zero123": Spec(
        "Stable Zero123",
        "Stable_Zero123",
        {**_SD15, "in_channels": 8},
        latent=(4,),
        context=(1, 772),  # a picture as CLIP saw it, and where the camera goes
        make_extras=_beside,
        state_dict={
            "cc_projection.weight": picture(1, 0, 768)[0, 0].repeat(1, 2)[:, :772] / 28,
            "cc_projection.bias": torch.zeros(768),
        },
        note="It turns one object on white: a level is a view of it.",
    ),
    "sd2": Spec(
        "Stable Diffusion 2",
        "SD20",
        _SD2,
        latent=(4,),
        context=(77, 1024),
    ),
    "sd2_v": Spec(
        "Stable Diffusion 2, 768 px",
        "SD20",
        _SD2,
        latent=(4,),
        context=(77, 1024),
        # The host tells it by how widely this one layer's weights spread.
        state_dict={
            "output_blocks.11.1.transformer_blocks.0.norm1.bias": torch.tensor([-1.0, 1.0])
        },
    ),
    "unclip": Spec(
        "Stable Diffusion 2.1 unCLIP",
        "SD21UnclipL",
        {**_SD2, "num_classes": "sequential", "adm_in_channels": 1536},
        latent=(4,),
        context=(77, 1024),
        make_extras=lambda seed: seen(768, seed),
        like=("SD21UnclipH",),
        note="Its picture may be another at each level (unCLIP Conditioning).",
    ),
    "lotus": Spec(
        "Lotus",
        "LotusD",
        {**_SD2, "num_classes": "sequential", "adm_in_channels": 4},
        latent=(4,),
        context=(77, 1024),
        note="It sees depth or normals in the picture that comes as the latent, in one step.",
    ),
    "x4": Spec(
        "Stable Diffusion x4 upscaler",
        "SD_X4Upscaler",
        {
            **_SD2,
            "in_channels": 7,
            "num_heads": 4,
            "num_classes": 1000,
            "disable_self_attentions": [True, False],
        },
        latent=(4,),
        context=(77, 1024),
        extras={"noise_augmentation": 0.1},
        make_extras=lambda seed: {"concat_image": picture(3, seed)},
        ratio=4,
        note="Each level's small picture beside its prompt (SD 4X Upscale Conditioning).",
    ),
    "sdxl": Spec(
        "SDXL",
        "SDXL",
        _SDXL,
        latent=(4,),
        context=(77, 2048),
        pooled=1280,
        extras=_SDXL_SIZES,
        like=("SSD1B", "Segmind_Vega", "KOALA_700M", "KOALA_1B"),
        note="SSD-1B, Segmind Vega and KOALA too.",
    ),
    "sdxl_v": Spec(
        "SDXL that predicts v",
        "SDXL",
        _SDXL,
        latent=(4,),
        context=(77, 2048),
        pooled=1280,
        extras=_SDXL_SIZES,
        state_dict={"v_pred": torch.tensor([]), "ztsnr": torch.tensor([])},
        tolerance=1e-3,  # noise of up to 4500 in float32
    ),
    "playground": Spec(
        "Playground 2.5",
        "SDXL",
        _SDXL,
        latent=(4,),
        context=(77, 2048),
        pooled=1280,
        extras=_SDXL_SIZES,
        state_dict={"edm_mean": torch.tensor([]), "edm_std": torch.tensor([])},
        tolerance=1e-4,  # noise of up to 80
    ),
    "sdxl_inpainting": Spec(
        "SDXL, inpainting",
        "SDXL",
        {**_SDXL, "in_channels": 9},
        latent=(4,),
        context=(77, 2048),
        pooled=1280,
        extras=_SDXL_SIZES,
        make_extras=_inpainting,
        note="Each level's picture and mask beside its prompt (Inpaint Model Conditioning).",
    ),
    "sdxl_instructpix2pix": Spec(
        "SDXL InstructPix2Pix, CosXL Edit",
        "SDXL_instructpix2pix",
        {**_SDXL, "in_channels": 8},
        latent=(4,),
        context=(77, 2048),
        pooled=1280,
        extras=_SDXL_SIZES,
        make_extras=_beside,
        state_dict={"edm_vpred.sigma_max": torch.tensor(120.0)},
        tolerance=1e-4,
        note="Each level's picture beside its prompt.",
    ),
    "sdxl_refiner": Spec(
        "SDXL refiner",
        "SDXLRefiner",
        {**_SDXL, "context_dim": 1280, "adm_in_channels": 2560},
        latent=(4,),
        context=(77, 1280),
        pooled=1280,
        extras={**_SDXL_SIZES, "aesthetic_score": 6.5},
    ),
    "cascade_c": Spec(
        "Stable Cascade, stage C",
        "Stable_Cascade_C",
        {
            "stable_cascade_stage": "c",
            "c_cond": 64,
            "c_hidden": [64, 64],
            "nhead": [2, 2],
            "blocks": [[1, 1], [1, 1]],
        },
        latent=(16,),
        context=(77, 1280),
        pooled=1280,
        make_extras=lambda seed: seen(768, seed),
    ),
    "cascade_b": Spec(
        "Stable Cascade, stage B",
        "Stable_Cascade_B",
        {
            "stable_cascade_stage": "b",
            "c_cond": 64,
            "c_hidden": [32, 32, 64, 64],
            "nhead": [-1, -1, 2, 2],
            "blocks": [[1, 1, 1, 1], [1, 1, 1, 1]],
            "block_repeat": [[1, 1, 1, 1], [1, 1, 1, 1]],
        },
        latent=(4,),
        context=(77, 1280),
        pooled=1280,
        make_extras=lambda seed: {"stable_cascade_prior": picture(16, seed, 6)},
        side=32,
        note="Each level's stage C beside its prompt (Stable Cascade Stage B Conditioning).",
    ),
}
