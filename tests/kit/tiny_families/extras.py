"""What encode nodes put beside the text, at random, from a prompt's seed."""

from types import SimpleNamespace
from typing import Any

import torch

SIDE = 16
"""Latent pixels a side of the pictures here: of levels as small as these."""


def noise(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def frame(seed: int, channels: int, side: int = SIDE) -> torch.Tensor:
    """A film's latent of one frame."""
    return noise(seed, 1, channels, 1, side, side)


def first_frame(seed: int, channels: int = 16, mask: int = 1) -> dict[str, Any]:
    """A picture to start from, as image to video nodes encode it, half of it masked."""
    free = torch.ones(1, mask, 1, SIDE, SIDE)
    free[..., : SIDE // 2] = 0
    return {"concat_latent_image": frame(seed, channels), "concat_mask": free}


def seen(seed: int, width: int = 1280, tokens: int = 8) -> dict[str, Any]:
    """What a vision model makes of a picture."""
    states = noise(seed + 1, 1, tokens, width)
    output = SimpleNamespace(penultimate_hidden_states=states, last_hidden_state=states)
    return {"clip_vision_output": output}
