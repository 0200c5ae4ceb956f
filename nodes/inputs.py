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
