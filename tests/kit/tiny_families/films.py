"""Families of transformers whose latents are films: a picture is one of one frame."""

from .spec import Spec

SPECS = {
    "qwen_image": Spec(
        "Qwen-Image",
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
}
