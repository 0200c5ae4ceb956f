"""Zooms whose levels agree: pictures of all values from 0 to 1, with grains and with shapes."""

import torch
from gaussian import dct_matrix

from zoomstack.joint.consensus import Consensus
from zoomstack.scene.stack import ZoomStack


def field(count, height, width, seed=0, contrast=0.2):
    """(count, 3, height, width) in [0, 1]: noise of the power f^-2, cut off at black and white."""
    generator = torch.Generator().manual_seed(seed)
    white = torch.randn(count, 3, height, width, generator=generator, dtype=torch.float64)
    down, across = torch.arange(height)[:, None] / height, torch.arange(width)[None] / width
    radius = torch.hypot(down, across).clamp_min(1 / max(height, width))
    gain = 1 / radius / (1 / radius).square().mean().sqrt()
    waves = dct_matrix(height).T @ (gain * white) @ dct_matrix(width)
    return (0.5 + contrast * waves).clamp(0, 1).float()


def scene(g, seed=0, contrast=0.2):
    """A stack of the geometry, in float32, with a prompt a level and the seed."""
    views = field(g.levels, g.height, g.width, seed, contrast)
    levels = Consensus(values=(0.0, 1.0))(views, g)
    return ZoomStack(levels, g, tuple(f"level {level}" for level in range(g.levels)), seed)
