"""The inputs that nodes share which paint with the stock sampler."""

from __future__ import annotations

from typing import Any

import comfy.samplers
from comfy_api.latest import io

from .types import ZoomLadderType


def sampler_inputs(seed: str, steps: int = 24, cfg: float = 5.0) -> list[Any]:
    """Model, VAE, prompts and how to sample; ``seed`` is that input's tooltip."""
    return [
        io.Model.Input("model", tooltip="The diffusion model; one made for inpainting too."),
        io.Vae.Input("vae", tooltip="The model's VAE."),
        io.Conditioning.Input("positive", tooltip="One prompt a level, or one for all."),
        io.Conditioning.Input("negative", tooltip="What to avoid, for all or a level."),
        io.Int.Input(
            "seed", default=0, min=0, max=2**64 - 1, control_after_generate=True, tooltip=seed
        ),
        io.Int.Input("steps", default=steps, min=1, max=10000, tooltip="Sampling steps."),
        io.Float.Input(
            "cfg", default=cfg, min=0.0, max=100.0, step=0.1, round=0.01,
            tooltip="How strictly each picture follows its prompt.",
        ),
        io.Combo.Input(
            "sampler_name", options=comfy.samplers.SAMPLER_NAMES, default="euler_ancestral",
            tooltip="Any sampler.",
        ),
        io.Combo.Input(
            "scheduler", options=comfy.samplers.SCHEDULER_NAMES, default="simple",
            tooltip="How noise falls over the steps.",
        ),
    ]  # fmt: skip


def zoom_inputs(image: str) -> list[Any]:
    """What a zoom is made of level by level; ``image`` is that input's tooltip."""
    return [
        ZoomLadderType.Input("ladder", tooltip="From Prompt Ladder, the widest first."),
        io.Image.Input("image", optional=True, tooltip=image),
        io.Int.Input(
            "width", optional=True, default=512, min=16, max=16384, step=8,
            tooltip="Pixels across of each level, where no image is connected.",
        ),
        io.Int.Input(
            "height", optional=True, default=512, min=16, max=16384, step=8,
            tooltip="Pixels down of each level, where no image is connected.",
        ),
    ]  # fmt: skip


def window_inputs() -> list[Any]:
    """The inputs that the zoom's own nodes have; 0 is off."""
    return [
        io.Int.Input(
            "tile_size", optional=True, default=0, min=0, max=16384, step=8, advanced=True,
            tooltip="Pixels a side of the windows that levels are denoised in: the size the model "
            "was made for, where levels are larger. 0: no windows.",
        ),
        io.Int.Input(
            "tile_stride", optional=True, default=0, min=0, max=16384, step=8, advanced=True,
            tooltip="Pixels from a window to the next; 0 is half a window.",
        ),
        io.Int.Input(
            "multiscale", optional=True, default=0, min=0, max=4, advanced=True,
            tooltip="Smaller versions of each level, each half the size of the one before, that "
            "are denoised first and give its layout. 0: none.",
        ),
        io.Float.Input(
            "multiscale_weight", optional=True, default=10.0, min=0.0, max=24.0, step=0.5,
            advanced=True,
            tooltip="How far windows are pulled to the smaller version: 0 not at all, 8 and more "
            "all the way.",
        ),
        io.Float.Input(
            "multiscale_end", optional=True, default=0.5, min=0.0, max=1.0, step=0.01,
            advanced=True,
            tooltip="Where that ends, as a fraction of the steps: the first ones make the layout.",
        ),
    ]  # fmt: skip
