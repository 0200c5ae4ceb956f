"""What the host can load and no zoom can be made of."""

import torch

from .spec import Refused


def _seconds(*kinds: str) -> dict[str, torch.Tensor]:
    """What Stable Audio keeps in its checkpoint to say lengths with."""
    shapes = {"0.weights": (128,), "1.weight": (768, 257), "1.bias": (768,)}
    return {
        f"conditioner.conditioners.{kind}.embedder.embedding.{name}": torch.zeros(shape)
        for kind in kinds
        for name, shape in shapes.items()
    }


_SOUND = "makes sound, not pictures"
_BATCH = "takes a whole batch for the frames of one film, as levels are not"
_SHAPES = "has latents without height and width, which are no pictures"

REFUSED: tuple[Refused, ...] = (
    Refused("Stable Audio", ("StableAudio",), _SOUND, _seconds("seconds_start", "seconds_total")),
    Refused(
        "Stable Audio 3", ("StableAudio3",), _SOUND, _seconds("seconds_total"),
        {"timestep_features_type": "learned"},
    ),
    Refused("ACE-Step", ("ACEStep", "ACEStep15"), _SOUND),
    Refused("Stable Video Diffusion", ("SVD_img2vid",), _BATCH),
    Refused("SV3D", ("SV3D_u", "SV3D_p"), _BATCH),
    Refused("Hunyuan3D 2", ("Hunyuan3Dv2", "Hunyuan3Dv2mini", "Hunyuan3Dv2_1"), _SHAPES),
    Refused("TripoSplat", ("TripoSplat",), "makes splats, not pictures"),
    Refused("MiniMax H3", ("MiniMaxH3",), "makes one film at a time, together with its sound"),
    Refused("RT-DETR", ("RT_DETR_v4",), "finds things in pictures and makes none"),
    Refused("SAM 3", ("SAM3", "SAM31"), "cuts things out of pictures and makes none"),
    Refused(
        "Depth Anything 3", ("DepthAnything3",), "measures the depth of pictures and makes none"
    ),
)  # fmt: skip
