"""Pictures to fit operators on: dead leaves, whose statistics are those of natural pictures."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

SMALLEST, LARGEST = 4.0, 0.45  # radius of a leaf: pixels, and as a share of the picture


def dead_leaves(count: int, height: int, width: int, seed: int = 0) -> Tensor:
    """(count, 3, height, width) in [0, 1]: shaded, grained discs of all sizes on top of each other.

    Radii follow r^-3, which makes the model scale invariant: Lee, Mumford and Huang (2001).
    The same seed gives the same pictures on every machine.
    """
    random = np.random.RandomState(seed)  # its stream is frozen by numpy's policy
    return torch.from_numpy(np.stack([_draw(random, height, width) for _ in range(count)]))


def _draw(random: np.random.RandomState, height: int, width: int) -> np.ndarray:
    picture = np.empty((3, height, width), np.float32)
    picture[:] = random.rand(3, 1, 1)
    leaves = max(60, height * width // 300)
    largest = LARGEST * max(height, width)
    # Inverse of the cumulative distribution of r^-3 between the two radii.
    radii = (random.rand(leaves) * (SMALLEST**-2 - largest**-2) + largest**-2) ** -0.5
    for radius in radii:
        x, y = random.rand(2) * (width, height)
        top, bottom = max(0, int(y - radius)), min(height, int(y + radius) + 2)
        left, right = max(0, int(x - radius)), min(width, int(x + radius) + 2)
        v, u = np.ogrid[top:bottom, left:right]
        u, v = (u + 0.5 - x) / radius, (v + 0.5 - y) / radius
        # One pixel of soft edge, as a lens gives it.
        cover = np.clip((1 - np.hypot(u, v)) * radius + 0.5, 0, 1).astype(np.float32)
        shade = 0.2 * (random.randn() * u + random.randn() * v)
        grain = 0.06 * random.rand() * random.randn(bottom - top, right - left)
        leaf = random.rand(3, 1, 1) + shade + grain
        under = picture[:, top:bottom, left:right]
        under += cover * (np.clip(leaf, 0, 1).astype(np.float32) - under)
    return picture
