"""The host's nodes that take a MODEL and give one: on which family each is tried, and how.

A row says what the node is given, at settings that act on a tiny model in two steps; or in words
why there is nothing to try. ``ROWS``, ``ELSEWHERE`` and ``UNTRIED`` together are all of the host's.
"""

from importlib import import_module
from typing import Any, NamedTuple

import tiny_patches
from tiny_vae import mosaic_vae, mosaic_video_vae


class Row(NamedTuple):
    """A node, in ``comfy_extras`` unless it says so, and its inputs beside the model."""

    module: str
    family: str
    inputs: dict[str, Any]
    draws: bool = False  # at random, anew in each call of the model
    cfg: float = 3.0
    tolerance: float = 1e-5  # of a standard deviation: what calls of other sizes round otherwise


def _sharpen() -> Any:
    from comfy_extras.nodes_latent import LatentOperationSharpen

    return LatentOperationSharpen.execute(2, 1.0, 0.3).result[0]


def _prompt() -> Any:
    from tiny_families import family

    return family("sd15").make_cond(77)


_WHOLE = {"start_percent": 0.0, "end_percent": 1.0}
_MULTIPLY = {"q": 1.2, "k": 0.9, "v": 1.1, "out": 1.1}

ROWS = {
    "AnimaLLLiteApply": Row(
        "nodes_model_patch", "anima",
        {
            "model_patch": tiny_patches.lllite, "image": tiny_patches.pictures, "strength": 1.0,
            **_WHOLE,
        },
    ),
    "APG": Row("nodes_apg", "sd15", {"eta": 0.5, "norm_threshold": 5.0, "momentum": -0.5}),
    "CFGNorm": Row("nodes_cfg", "sd15", {"strength": 0.8, "pre_cfg": False}),
    "CFGNorm before": Row("nodes_cfg", "sd15", {"strength": 0.8, "pre_cfg": True}),
    "CFGOverride": Row("nodes_custom_sampler", "sd15", {"cfg": 1.5, **_WHOLE}),
    "CFGZeroStar": Row("nodes_cfg", "sd15", {}),
    "Epsilon Scaling": Row("nodes_eps:EpsilonScaling", "sd15", {"scaling_factor": 1.2}),
    "FreSca": Row(
        "nodes_fresca", "sd15", {"scale_low": 1.1, "scale_high": 1.5, "freq_cutoff": 3}
    ),
    "FreeU": Row("nodes_freelunch", "sd15", {"b1": 1.4, "b2": 1.6, "s1": 0.9, "s2": 0.2}),
    "FreeU_V2": Row("nodes_freelunch", "sd15", {"b1": 1.3, "b2": 1.4, "s1": 0.9, "s2": 0.2}),
    "HyperTile": Row(
        "nodes_hypertile", "sd15",
        {"tile_size": 64, "swap_size": 2, "max_depth": 2, "scale_depth": False},
    ),
    "LoraLoaderModelOnly": Row(
        "nodes", "sd15", {"lora_name": tiny_patches.lora, "strength_model": 0.7}
    ),
    "LatentApplyOperationCFG": Row("nodes_latent", "sd15", {"operation": _sharpen}),
    "Mahiro": Row("nodes_mahiro", "sd15", {}),
    "ModelNoiseScale": Row("nodes_model_advanced", "sd3", {"noise_scale": 1.3}),
    "ModelSamplingAuraFlow": Row("nodes_model_advanced", "sd3", {"shift": 1.73}),
    "ModelSamplingContinuousEDM": Row(
        "nodes_model_advanced", "sd15",
        {"sampling": "v_prediction", "sigma_max": 120.0, "sigma_min": 0.002},
        tolerance=1e-4,  # noise of up to 120
    ),
    "ModelSamplingContinuousV": Row(
        "nodes_model_advanced", "sd15",
        {"sampling": "v_prediction", "sigma_max": 500.0, "sigma_min": 0.03},
        tolerance=1e-4,  # noise of up to 500
    ),
    "ModelSamplingDiscrete": Row(
        "nodes_model_advanced", "sd15", {"sampling": "v_prediction", "zsnr": True},
        tolerance=1e-3,  # noise of up to 4500
    ),
    "ModelSamplingFlux": Row(
        "nodes_model_advanced", "flux",
        {"max_shift": 1.15, "base_shift": 0.5, "width": 512, "height": 512},
    ),
    "ModelSamplingSD3": Row("nodes_model_advanced", "sd3", {"shift": 2.0}),
    "NAGuidance": Row("nodes_nag", "flux", {"nag_scale": 5.0, "nag_alpha": 0.5, "nag_tau": 1.5}),
    "PatchModelAddDownscale": Row(
        "nodes_model_downscale", "sd15",
        {
            "block_number": 1, "downscale_factor": 2.0, **_WHOLE, "downscale_after_skip": True,
            "downscale_method": "bicubic", "upscale_method": "bicubic",
        },
    ),
    "PerpNeg": Row(
        "nodes_perpneg", "sd15", {"empty_conditioning": _prompt, "neg_scale": 1.0}
    ),
    "PerturbedAttentionGuidance": Row("nodes_pag", "sd15", {"scale": 3.0}),
    "QwenImageDiffsynthControlnet": Row(
        "nodes_model_patch", "qwen_image",
        {
            "model_patch": tiny_patches.diffsynth, "vae": mosaic_video_vae,
            "image": tiny_patches.pictures, "strength": 1.0,
        },
    ),
    "RenormCFG": Row("nodes_lumina2", "sd15", {"cfg_trunc": 100.0, "renorm_cfg": 1.0}),
    "RescaleCFG": Row("nodes_model_advanced", "sd15", {"multiplier": 0.7}),
    "ScaleROPE": Row(
        "nodes_rope", "flux",
        {"scale_x": 1.2, "shift_x": 1.0, "scale_y": 0.9, "shift_y": 0.0, "scale_t": 1.0,
         "shift_t": 0.0},
    ),
    "SelfAttentionGuidance": Row("nodes_sag", "sd15", {"scale": 0.9, "blur_sigma": 2.0}),
    "SkipLayerGuidanceDiT": Row(
        "nodes_slg", "sd3",
        {"scale": 3.0, "double_layers": "0", "single_layers": "", "rescaling_scale": 0.5, **_WHOLE},
    ),
    "SkipLayerGuidanceDiTSimple": Row(
        "nodes_slg", "sd3", {"double_layers": "0", "single_layers": "", **_WHOLE}
    ),
    "SkipLayerGuidanceSD3": Row("nodes_sd3", "sd3", {"layers": "0", "scale": 3.0, **_WHOLE}),
    "TCFG": Row("nodes_tcfg", "sd15", {}),
    "TemporalScoreRescaling": Row("nodes_eps", "sd15", {"tsr_k": 0.8, "tsr_sigma": 1.0}),
    "TomePatchModel": Row("nodes_tomesd", "sd15", {"ratio": 0.3}, draws=True),
    "USOStyleReference": Row(
        "nodes_model_patch", "flux",
        {
            "model_patch": tiny_patches.style_projector,
            "clip_vision_output": tiny_patches.styles,
        },
        cfg=1.0,
    ),
    "UNetCrossAttentionMultiply": Row("nodes_attention_multiply", "sd15", _MULTIPLY),
    "UNetSelfAttentionMultiply": Row("nodes_attention_multiply", "sd15", _MULTIPLY),
    "ZImageFunControlnet": Row(
        "nodes_model_patch", "z_image",
        {
            "model_patch": tiny_patches.fun_control, "vae": lambda: mosaic_vae(16),
            "image": tiny_patches.pictures, "strength": 1.0,
        },
    ),
}  # fmt: skip

_LORA = "as LoraLoaderModelOnly"
_FILMS = "for films or sound"
ELSEWHERE = {  # has tests of its own
    "ContextWindowsManual": "refused over the batch, where levels lie",
    "EasyCache": "skips the same steps of all levels",
    "FluxKVCache": "refused where levels do not share a call",
    "LazyCache": "skips the same steps of all levels",
    "MultiGPU_WorkUnits": "gives each GPU its levels; tried on a CPU, never on two GPUs",
    "SUPIRApply": "a picture a level, or one for all; refused in windows",
    "TorchCompileModel": "compiled once, sampled as without it",
}
UNTRIED = {
    "ARVideoI2V": _FILMS,
    "ChromaRadianceOptions": "how its network splits its work; no other result",
    "DifferentialDiffusion": "acts on noise masks alone; outpainting is built on it",
    "HiDreamO1PatchSeamSmoothing": "inside the network's call, row by row",
    "HypernetworkLoader": "needs a file of trained weights",
    "LTXVContextWindows": _FILMS,
    "LTXVReferenceAudio": _FILMS,
    "LoraLoader": _LORA,
    "LoraLoaderBypass": _LORA,
    "LoraLoaderBypassModelOnly": _LORA,
    "LoraModelLoader": _LORA,
    "MiniMaxH3SigmaShift": _FILMS,
    "ModelComputeDtype": "another precision; no other way",
    "ModelSamplingLTXV": _FILMS,
    "ModelSamplingStableCascade": "a schedule, as ModelSamplingSD3 is",
    "SelectModelDevice": "needs two devices",
    "TripoSplatSamplingPreview": "for splats",
    "UNetTemporalAttentionMultiply": _FILMS,
    "VideoLinearCFGGuidance": "its guidance grows from the first row to the last, as asked for",
    "VideoTriangleCFGGuidance": "its guidance grows from the first row to the last, as asked for",
    "WanContextWindowsManual": _FILMS,
    "WanInfiniteTalkToVideo": _FILMS,
    "WanUni3CControlnetApply": _FILMS,
    "wanBlockSwap": "does nothing",
}
MERGES = "ModelMerge"  # what all nodes that mix weights begin with: a MODEL like any other


def applied(name: str, model: Any, **changed: Any) -> Any:
    """``model`` as the node of a row gives it; its inputs may be changed."""
    row = ROWS[name]
    import_module("comfy_extras.nodes_post_processing")  # the two import each other
    module, _, cls = row.module.partition(":")
    path = module if module == "nodes" else f"comfy_extras.{module}"
    node = getattr(import_module(path), cls or name.split(" ")[0])
    given = {**row.inputs, **changed}
    inputs = {key: value() if callable(value) else value for key, value in given.items()}
    given = getattr(node(), node.FUNCTION)(model=model, **inputs)
    return getattr(given, "result", given)[0]
