"""A tiny GLIGEN of random weights for the tiny SD1.5, in ComfyUI's own classes."""

from typing import Any

import torch
from tiny_families.build import fill
from tiny_models import Conditioning, import_comfy, randn


def gligen(model: Any) -> Any:
    """What GLIGENLoader gives, made for the transformers of this MODEL."""
    import_comfy()
    import comfy.gligen
    import comfy.model_patcher
    from comfy.ldm.modules.attention import SpatialTransformer

    net = model.model.diffusion_model
    parts = (net.input_blocks, net.middle_block, net.output_blocks)
    found = [m for part in parts for m in part.modules() if isinstance(m, SpatialTransformer)]
    widths = [m.transformer_blocks[0].attn1.to_q.in_features for m in found]
    fusers = [comfy.gligen.GatedSelfAttentionDense(w, 768, 8, w // 8) for w in widths]
    made = comfy.gligen.Gligen(fusers, comfy.gligen.PositionNet(768, 768), 768)
    fill(made, seed=3)
    for fuser in fusers:  # which training starts at zero
        fuser.alpha_attn.data.fill_(1.0)
        fuser.alpha_dense.data.fill_(1.0)
    cpu = torch.device("cpu")
    return comfy.model_patcher.ModelPatcher(made, load_device=cpu, offload_device=cpu)


def in_boxes(cond: Conditioning, model: Any, *boxes: tuple[int, int, int, int]) -> Conditioning:
    """As GLIGENTextBoxApply: something at each of these boxes (h, w, y, x), in latent pixels."""
    things = [(randn(sum(box), 1, 768), *box) for box in boxes]
    return [[text, {**extras, "gligen": ("position", model, things)}] for text, extras in cond]
