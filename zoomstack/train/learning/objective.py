"""What the diffusion model learns: the flow from a picture's latent to noise.

Rectified flow with SD3's noise levels (Esser et al., 2024, arXiv 2403.03206, sections 2 and 3).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ...demo.networks.transformer import Transformer

UNIFORM = 0.25  # the share of noise levels drawn evenly, so that the ends are seen too
TIMES = 1000


def noise_levels(count: int, size: int, rng: np.random.Generator) -> Tensor:
    """``count`` levels in 0..1 for pictures of ``size`` pixels, float32.

    Three quarters are logit-normal, a quarter even, then shifted upwards for larger pictures,
    which drown in more noise. Spread over each part's quantiles, so that batches differ little.
    """
    even = round(count * UNIFORM)
    quantiles = [(np.arange(n) + rng.random(n)) / max(n, 1) for n in (count - even, even)]
    normal = torch.special.ndtri(torch.from_numpy(quantiles[0]))
    levels = torch.cat([normal.sigmoid(), torch.from_numpy(quantiles[1])])
    levels = levels[torch.from_numpy(rng.permutation(count))]
    shift = max(1.0, size / 128 * 1.5)
    return (shift * levels / (1 + (shift - 1) * levels)).float()


def flow_loss(
    net: Transformer, latents: Tensor, noise: Tensor, levels: Tensor, text: tuple[Tensor, ...]
) -> Tensor:
    """The mean squared error of the flow; ``levels`` is (B,), ``text`` what ``net`` reads."""
    mix = levels.view(-1, 1, 1, 1)
    flow = net(latents.lerp(noise, mix), TIMES * levels, net.read(*text))
    return (flow.float() - (noise - latents)).square().mean()
