"""Painting inside a mask: by the host's own nodes for inpainting models and for soft masks."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def takes_masked_picture(model: Any) -> bool:
    """Whether the model may look at the masked picture itself (concat conditioning).

    True for inpainting models, and for classes of models of which some are: it does no harm there.
    """
    from comfy.model_base import BaseModel

    network = model.model
    return bool(network.concat_keys) or type(network).concat_cond is not BaseModel.concat_cond


def inpaint_conditioning(
    positive: Any, negative: Any, vae: Any, picture: Tensor, mask: Tensor
) -> tuple[Any, Any, Tensor]:
    """Conditionings that hold the masked picture, and its latent, of InpaintModelConditioning.

    ``picture`` (1, 3, H, W) in [0, 1], ``mask`` (1, H, W), both of sizes that divide by 8.
    """
    import nodes  # ComfyUI's, not ours

    stock = nodes.InpaintModelConditioning()  # pyright: ignore[reportAttributeAccessIssue]
    pixels = picture.movedim(1, -1).contiguous()
    positive, negative, latent = stock.encode(positive, negative, pixels, vae, mask, False)
    return positive, negative, latent["samples"]


def shown_masked(
    positive: Any, negative: Any, vae: Any, pictures: Tensor, masks: Tensor
) -> tuple[Any, Any]:
    """Conditionings that hold a masked picture for each row of a batch, of the same stock node.

    ``pictures`` (B, 3, H, W) in [0, 1], ``masks`` (B, H, W). Entries that hold one already keep it.
    """
    # One at a time: a video VAE takes a batch for one film.
    rows = [
        inpaint_conditioning([[None, {}]], [], vae, pictures[row : row + 1], masks[row : row + 1])
        for row in range(len(pictures))
    ]
    shown = [positive[0][1] for positive, _, _ in rows]
    beside = {name: torch.cat([extra[name] for extra in shown]) for name in shown[0]}
    made = [
        [[tensor, {**beside, **extra}] for tensor, extra in conditioning]
        for conditioning in (positive, negative)
    ]
    return made[0], made[1]


def differential(model: Any) -> Any:
    """The model, painting what a soft mask marks weakly only in the last steps."""
    from comfy_extras.nodes_differential_diffusion import DifferentialDiffusion

    output: Any = DifferentialDiffusion.execute(model)
    return output.result[0]
