"""Pictures at another size, as the host makes them: by its upscale models, and hints."""

from __future__ import annotations

from typing import Any

import comfy.utils
from torch import Tensor


def enlarge(upscale_model: Any, picture: Tensor) -> Tensor:
    """``picture`` (C, H, W) in [0, 1], enlarged by the model's factor, in tiles as memory takes."""
    from comfy_extras.nodes_upscale_model import ImageUpscaleWithModel

    image = picture.movedim(0, -1)[None].contiguous()
    output: Any = ImageUpscaleWithModel.execute(upscale_model, image)
    return output.result[0][0].movedim(-1, 0)


def fit_hint(hint: Tensor, height: int, width: int, algorithm: str) -> Tensor:
    """A ControlNet's hint at another size, cut to its aspect as the host cuts it."""
    if tuple(hint.shape[-2:]) == (height, width):
        return hint
    return comfy.utils.common_upscale(hint, width, height, algorithm, "center")
