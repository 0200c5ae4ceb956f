"""The stock upscale models."""

from __future__ import annotations

from typing import Any

from torch import Tensor


def enlarge(upscale_model: Any, picture: Tensor) -> Tensor:
    """``picture`` (C, H, W) in [0, 1], enlarged by the model's factor, in tiles as memory takes."""
    from comfy_extras.nodes_upscale_model import ImageUpscaleWithModel

    image = picture.movedim(0, -1)[None].contiguous()
    output: Any = ImageUpscaleWithModel.execute(upscale_model, image)
    return output.result[0][0].movedim(-1, 0)
