"""The features of ComfyUI that the pack relies on, and what it says where one is missing.

Looked for when the pack is loaded, before anything of the host is imported from here: in place of
Python's own words, which name a line of ours, the log then names the feature and the remedy. What
an object has only once it is made is looked for where the host hands it over: ``held``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

NEEDED = "0.30.0"  # as pyproject.toml says

# Module and name; all that the pack calls, subclasses or hooks into.
FEATURES = (
    ("comfy_api.latest", "ComfyExtension io.ComfyNode io.Custom io.Schema io.NodeOutput io.Hidden"),
    ("comfy_api.latest", "Input.Video Types.VideoComponents Types.VideoContainer Types.VideoCodec"),
    ("comfy.patcher_extension", "WrappersMP.OUTER_SAMPLE WrappersMP.PREPARE_SAMPLING"),
    ("comfy.patcher_extension", "WrappersMP.PREDICT_NOISE WrappersMP.CALC_COND_BATCH"),
    ("comfy.patcher_extension", "WrappersMP.SAMPLER_SAMPLE"),
    ("comfy.samplers", "KSAMPLER SAMPLER_NAMES SCHEDULER_NAMES CFGGuider.predict_noise"),
    ("comfy.samplers", "resolve_areas_and_cond_masks_multidim create_cond_with_same_area_if_none"),
    ("comfy.samplers", "apply_empty_x_to_equal_area"),
    ("comfy.k_diffusion.sampling", "BrownianTreeNoiseSampler default_noise_sampler"),
    ("comfy.model_management", "throw_exception_if_processing_interrupted load_models_gpu"),
    ("comfy.model_management", "is_oom get_total_memory get_free_memory soft_empty_cache"),
    ("comfy.model_management", "in_training"),
    ("comfy.model_base", "BaseModel.memory_required BaseModel.concat_cond"),
    ("comfy.model_base", "BaseModel.process_latent_in BaseModel.process_latent_out"),
    ("comfy.ldm.modules.diffusionmodules.openaimodel", "UNetModel"),
    ("comfy.model_patcher", "ModelPatcher.clone ModelPatcher.get_model_object"),
    ("comfy.model_patcher", "ModelPatcher.get_free_memory ModelPatcher.is_dynamic"),
    ("comfy.model_patcher", "ModelPatcher.set_additional_models"),
    ("comfy.model_patcher", "ModelPatcher.get_additional_models_with_key"),
    ("comfy.model_patcher", "ModelPatcher.prepare_hook_patches_current_keyframe"),
    ("comfy.multigpu", "MultiGPUThreadPool.submit MultiGPUThreadPool.get_result"),
    ("comfy.model_sampling", "EPS.noise_scaling CONST.noise_scaling"),
    ("comfy.latent_formats", "LatentFormat.latent_channels LatentFormat.spacial_downscale_ratio"),
    ("comfy.latent_formats", "LatentFormat.latent_dimensions"),
    ("comfy.sd", "VAE.encode VAE.decode VAE.throw_exception_if_invalid"),
    ("comfy.utils", "ProgressBar common_upscale"),
    ("latent_preview", "get_previewer LatentPreviewer.decode_latent_to_preview_image"),
    ("comfy.cli_args", "args.disable_metadata"),
    ("comfy_execution.utils", "get_executing_context"),
    ("folder_paths", "get_output_directory get_input_directory get_temp_directory"),
    ("folder_paths", "get_save_image_path get_annotated_filepath is_within_directory"),
    ("folder_paths", "get_filename_list get_full_path_or_raise"),
)
# Imported where a node first needs them: only whether they are there.
MODULES = ("nodes", "comfy_extras.nodes_differential_diffusion", "comfy_extras.nodes_upscale_model")
# What objects have besides: only in the making are these given to them.
HELD = {
    "guider": "model_patcher model_options conds cfg",
    "MODEL": "model model_options wrappers patches load_device",
    "network": "current_patcher diffusion_model concat_keys model_config",  # a MODEL's model
    "keyframes": "_curr_t",  # a hook's, and when it looked at them last
    "sampler": "sampler_function extra_options inpaint_options",
    "VAE": "patcher first_stage_model latent_channels latent_dim spacial_compression_encode",
    "decoder": "device process_output",  # of a VAE, where it is tuned
    # Of a VAE that is gone through at every step.
    "small VAE": "device vae_dtype process_input memory_used_encode memory_used_decode",
}


class MissingFeature(ImportError):
    """This ComfyUI is not the one that the pack needs."""


def missing() -> list[str]:
    """The features that this ComfyUI does not have, by their full names."""
    named = [(module, name) for module, names in FEATURES for name in names.split()]
    lost = [f"{module}.{name}" for module, name in named if not _has(module, name)]
    return lost + [module for module in MODULES if not _is_there(module)]


def check() -> None:
    """Raises ``MissingFeature`` with the missing features and the ComfyUI that has them."""
    _refuse(missing())


def held(kind: str, thing: Any) -> None:
    """Raises ``MissingFeature`` where a ``kind`` of ``HELD``, as the host made it, lacks parts."""
    _refuse([f"{kind}.{name}" for name in HELD[kind].split() if not hasattr(thing, name)])


def _refuse(lost: list[str]) -> None:
    if lost:
        version = getattr(sys.modules.get("comfyui_version"), "__version__", "of unknown version")
        raise MissingFeature(
            f"ZoomStack needs ComfyUI {NEEDED} or newer: this one ({version}) has no "
            f"{', '.join(lost)}. Update ComfyUI; if it is newer already, update ZoomStack."
        )


def _has(module: str, name: str) -> bool:
    try:
        found = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return False
    return True


def _is_there(module: str) -> bool:
    try:
        return module in sys.modules or find_spec(module) is not None
    except ImportError:
        return False


check()
