"""How large and how often: what ``--quick``, the device and the options make of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

ModelName = Literal["demo", "sd15", "sdxl", "flux"]


@dataclass(frozen=True)
class Sizes:
    """Sizes of the rows; lengths in pixels."""

    turns: int  # of every candidate
    steps: int  # of a sampler
    sampled: int  # side of a level that a model denoises
    levels: int  # that are sampled together
    fused: int  # side of the levels of one blend and render
    frames: int  # of a film that is encoded
    film: tuple[int, int]  # width and height
    kept: tuple[int, int]  # width and height of the films whose memory is compared
    long: tuple[int, int]  # and their frames
    deep_steps: int  # of the sampler where depth is measured
    stack: int  # levels of the stack that is saved


QUICK = Sizes(3, 4, 128, 8, 256, 40, (1920, 1080), (640, 360), (120, 600), 3, 16)
FULL = Sizes(9, 16, 256, 8, 1024, 120, (1920, 1080), (1920, 1080), (300, 3000), 4, 64)
# Random weights of the real sizes, on a GPU.
GPU_SAMPLED = {"demo": 256, "sd15": 512, "sdxl": 1024, "flux": 1024}


@dataclass(frozen=True)
class Bench:
    """What every row is given. ``comfyui`` is the tree of a ComfyUI."""

    sizes: Sizes
    comfyui: Path
    device: torch.device = torch.device("cpu")
    model: ModelName = "demo"

    @property
    def on_gpu(self) -> bool:
        return self.device.type != "cpu"
