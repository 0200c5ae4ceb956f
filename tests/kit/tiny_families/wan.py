"""Wan and its many: one network, and what is put in beside the latent."""

from typing import Any

from .extras import first_frame, frame, noise, seen
from .spec import Spec

_WAN = {
    "image_model": "wan2.1",
    "dim": 128,
    "out_dim": 16,
    "num_heads": 1,
    "ffn_dim": 128,
    "num_layers": 1,
    "patch_size": (1, 2, 2),
    "freq_dim": 256,
    "window_size": (-1, -1),
    "qk_norm": True,
    "cross_attn_norm": True,
    "eps": 1e-6,
}
_FILM = "Made to go on from a picture; without one it paints from the text alone."


def _wan(
    title: str, config: str, kind: str, channels: int = 16, latent: int = 16, **more: Any
) -> Spec:
    network = {**_WAN, "model_type": kind, "in_dim": channels, **more.pop("network", {})}
    return Spec(title, config, network, latent=(latent, 1), context=(32, 4096), **more)


SPECS = {
    "wan": _wan("Wan 2.1 and 2.2 text to video", "WAN21_T2V", "t2v"),
    "wan22_5b": _wan(
        "Wan 2.2 5B", "WAN22_T2V", "t2v", channels=48, latent=48, network={"out_dim": 48}
    ),
    "wan_causal": _wan(
        "Wan 2.1, self-forcing", "WAN21_CausalAR_T2V", "t2v", network={"causal_ar": True}
    ),
    "wan_i2v": _wan(
        "Wan 2.1 and 2.2 image to video",
        "WAN21_I2V",
        "i2v",
        channels=36,
        make_extras=lambda seed: {**first_frame(seed), **seen(seed)},
        note=_FILM,
    ),
    "wan_fun": _wan(
        "Wan 2.1 Fun Control",
        "WAN21_FunControl2V",
        "i2v",
        channels=48,
        make_extras=lambda seed: {"concat_latent_image": frame(seed, 32), **seen(seed)},
        note="A control picture a level, as a film of one frame.",
    ),
    "wan_vace": _wan(
        "Wan 2.1 VACE",
        "WAN21_Vace",
        "vace",
        network={"vace_in_dim": 96, "vace_layers": 1},
        one_size=True,
        make_extras=lambda seed: {
            "vace_frames": [frame(seed, 32)],
            "vace_mask": [noise(seed, 1, 64, 1, 16, 16).gt(0).float()],
            "vace_strength": [0.8],
        },
        note="A control picture a level, as a film of one frame; no reference picture, which "
        "would be a second frame.",
    ),
    "wan_camera": _wan(
        "Wan 2.1 Fun Camera",
        "WAN21_Camera",
        "camera",
        channels=32,
        one_size=True,
        make_extras=lambda seed: {
            "concat_latent_image": frame(seed, 16),
            "camera_conditions": noise(seed, 1, 24, 1, 128, 128),
            **seen(seed),
        },
        note=_FILM,
    ),
    "wan22_camera": _wan(
        "Wan 2.2 Fun Camera",
        "WAN22_Camera",
        "camera_2.2",
        channels=36,
        one_size=True,
        make_extras=lambda seed: {
            **first_frame(seed),
            "camera_conditions": noise(seed, 1, 24, 1, 128, 128),
        },
        note=_FILM,
    ),
    "wan_s2v": _wan(
        "Wan 2.2 sound to video",
        "WAN22_S2V",
        "s2v",
        make_extras=lambda seed: {"reference_latents": [frame(seed, 16)]},
        note="As a single frame, without the sound.",
    ),
    "wan_humo": _wan(
        "HuMo",
        "WAN21_HuMo",
        "humo",
        make_extras=lambda seed: {
            "reference_latents": [frame(seed, 16)],
            "audio_embed": noise(seed, 1, 1, 8, 5, 1280),
        },
        note="A single frame; connect a sound: its node's own silence is longer than one.",
    ),
    "wan_animate": _wan(
        "Wan 2.2 Animate",
        "WAN22_Animate",
        "animate",
        channels=36,
        make_extras=lambda seed: {**first_frame(seed), **seen(seed)},
        note="As a single frame, without its reference picture, which would be a second one.",
    ),
    "wan_flowrvs": _wan(
        "FlowRVS",
        "WAN21_FlowRVS",
        "flow_rvs",
        note="Turns the latent it is given into a mask of what the prompt names; takes no noise.",
    ),
    "wan_scail": _wan(
        "SCAIL",
        "WAN21_SCAIL",
        "scail",
        channels=20,
        one_size=True,
        make_extras=lambda seed: {
            "reference_latents": [frame(seed, 16)],
            "pose_video_latent": noise(seed, 1, 16, 1, 8, 8),
            **seen(seed),
        },
        note="A single frame, of one pose a level.",
    ),
    "wan_scail2": _wan(
        "SCAIL-2",
        "WAN21_SCAIL2",
        "scail2",
        channels=20,
        one_size=True,
        make_extras=lambda seed: {
            "reference_latents": [frame(seed, 16)],
            "pose_video_latent": noise(seed, 1, 16, 1, 8, 8),
            "ref_mask_28ch": noise(seed, 1, 2, 28, 16, 16).gt(0).float(),
            "driving_mask_28ch": noise(seed, 1, 1, 28, 8, 8).gt(0).float(),
            **seen(seed),
        },
        note="A single frame, of one pose a level.",
    ),
    "wan_dancer": _wan(
        "WanDancer",
        "WAN22_WanDancer",
        "wandancer",
        channels=36,
        make_extras=lambda seed: {**first_frame(seed), **seen(seed)},
        note="As a single frame, without the music.",
    ),
}
