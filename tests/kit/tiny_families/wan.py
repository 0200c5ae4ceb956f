"""Wan and its many: one network, and what is put in beside the latent."""

from .spec import Spec

_WAN = {
    "image_model": "wan2.1",
    "model_type": "t2v",
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
    "in_dim": 16,
}


def _wan(title: str, config: str, model_type: str, in_dim: int = 16, **more) -> Spec:
    network = {**_WAN, "model_type": model_type, "in_dim": in_dim, **more.pop("network", {})}
    return Spec(
        title, config, network, latent=more.pop("latent", (16, 1)), context=(32, 4096), **more
    )


SPECS = {
    "wan": _wan("Wan 2.1", "WAN21_T2V", "t2v"),
    "wan_i2v": _wan("Wan 2.1 i2v", "WAN21_I2V", "i2v", 36),
    "wan_fun": _wan("Wan 2.1 fun", "WAN21_FunControl2V", "i2v", 48),
    "wan_ar": _wan("Wan 2.1 ar", "WAN21_CausalAR_T2V", "t2v", network={"causal_ar": True}),
    "wan_vace": _wan(
        "Wan 2.1 vace", "WAN21_Vace", "vace", network={"vace_in_dim": 96, "vace_layers": 1}
    ),
    "wan_camera": _wan("Wan 2.1 camera", "WAN21_Camera", "camera", 32),
    "wan22_camera": _wan("Wan 2.2 camera", "WAN22_Camera", "camera_2.2", 36),
    "wan22": _wan("Wan 2.2 5B", "WAN22_T2V", "t2v", 48, network={"out_dim": 48}, latent=(48, 1)),
    "wan_s2v": _wan("Wan 2.2 s2v", "WAN22_S2V", "s2v"),
    "wan_humo": _wan("Wan humo", "WAN21_HuMo", "humo"),
    "wan_animate": _wan("Wan animate", "WAN22_Animate", "animate", 36),
    "wan_rvs": _wan("Wan flow rvs", "WAN21_FlowRVS", "flow_rvs"),
    "wan_scail": _wan("Wan scail", "WAN21_SCAIL", "scail", 20),
    "wan_scail2": _wan("Wan scail2", "WAN21_SCAIL2", "scail2", 20),
    "wan_dancer": _wan("Wan dancer", "WAN22_WanDancer", "wandancer", 36),
}
