"""Tiny random model patches and a LoRA, as they come in files, each for its tiny family.

A MODEL_PATCH is what the host's own loader makes of a file, less the file; pictures that go with it
are 128 pixels a side, as the families' levels of 16 latent pixels.
"""

import functools
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import torch
from tiny_families.build import fill
from tiny_models import import_comfy

_WIDTH = 256  # of the tiny Qwen-Image, Z-Image and Flux
_ANIMA = 128


def pictures(count: int = 1) -> torch.Tensor:
    """(count, 128, 128, 3) in [0, 1], each another."""
    small = torch.rand(count, 3, 4, 4, generator=torch.Generator().manual_seed(3))
    return torch.nn.functional.interpolate(small, (128, 128)).movedim(1, -1)


def styles(count: int = 1) -> Any:
    """A CLIP_VISION_OUTPUT of as many pictures."""
    states = torch.randn(count, 27, 9, 8, generator=torch.Generator().manual_seed(4))
    return SimpleNamespace(all_hidden_states=states, penultimate_hidden_states=states[:, -2])


def lllite() -> Any:
    """For Anima's one block."""
    from comfy.ldm.anima.lllite import AnimaLLLite

    shapes = {
        "lllite_conditioning1.conv1.weight": (8, 3, 4, 4),
        "lllite_conditioning1.conv3.weight": (16, 8, 4, 4),
        "lllite_conditioning1.proj.weight": (16, 16, 1, 1),
    }
    for part in ("self_attn_q_proj", "self_attn_v_proj", "cross_attn_q_proj", "mlp_layer1"):
        name = f"lllite_dit_blocks_0_{part}"
        shapes |= {f"{name}.down.weight": (8, _ANIMA), f"{name}.cond_to_film.weight": (16, 16)}
    sizes = {name: torch.empty(shape) for name, shape in shapes.items()}
    return _patch(functools.partial(AnimaLLLite, sizes, {}))


def diffsynth() -> Any:
    """For Qwen-Image's two blocks."""
    from comfy_extras.nodes_model_patch import QwenImageBlockWiseControlNet

    return _patch(functools.partial(QwenImageBlockWiseControlNet, num_layers=2, dim=_WIDTH))


def fun_control() -> Any:
    """For Z-Image: of one layer, which is all that its one block has."""
    from comfy.ldm.lumina.controlnet import ZImage_Control

    sizes = {"dim": _WIDTH, "n_heads": 2, "n_kv_heads": 2, "n_control_layers": 1}
    return _patch(functools.partial(ZImage_Control, ffn_dim_multiplier=1.0, **sizes))


def style_projector() -> Any:
    """For Flux."""
    from comfy_extras.nodes_model_patch import SigLIPMultiFeatProjModel

    sizes = {"siglip_token_nums": 9, "style_token_nums": 4, "siglip_token_dims": 8}
    return _patch(functools.partial(SigLIPMultiFeatProjModel, hidden_size=_WIDTH, **sizes))


@functools.cache
def _loras() -> TemporaryDirectory:
    """Gone when the interpreter ends."""
    import_comfy()
    import folder_paths

    folder = TemporaryDirectory()
    folder_paths.add_model_folder_path("loras", folder.name)
    return folder


def lora() -> str:
    """The name of a file of rank 2, for the attention of the tiny SD1.5."""
    from safetensors.torch import save_file
    from tiny_families import family

    generator = torch.Generator().manual_seed(5)
    weights = {}
    for name, weight in family("sd15").model.model.diffusion_model.named_parameters():
        if name.endswith("attn1.to_v.weight"):
            stem = "lora_unet_" + name.removesuffix(".weight").replace(".", "_")
            rows, columns = weight.shape
            weights[f"{stem}.lora_up.weight"] = torch.randn(rows, 2, generator=generator)
            weights[f"{stem}.lora_down.weight"] = torch.randn(2, columns, generator=generator)
    save_file(weights, Path(_loras().name) / "tiny.safetensors")
    return "tiny.safetensors"


def _patch(make: Any) -> Any:
    import_comfy()
    import comfy.model_patcher
    import comfy.ops

    cpu = torch.device("cpu")
    network = make(device=cpu, dtype=torch.float32, operations=comfy.ops.manual_cast)
    fill(network, seed=6)
    return comfy.model_patcher.CoreModelPatcher(network, load_device=cpu, offload_device=cpu)
