"""What the autoencoder learns from and is judged by: crops, the loss, the error on pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ..demo.networks.autoencoder import PATCH, REACH, Autoencoder
from .learning.loop import mean_over_ranks, rank, ranks
from .shards import Shards

NOISE = 0.1  # the most noise that latents get on their way to the decoder
SQUARES, EDGES = 10.0, 0.5  # weights beside the mean absolute error's
FAR = 2.5  # from here on a latent costs, as the decoder bends it
# From which share of the training on blocks that know nothing yet take part: where pictures are
# large they cost most by far, and have little to learn before the coarser ones have learned.
HALF_SIZE, FULL_SIZE = 0.4, 0.7
ENCODER_BLOCKS = {1: FULL_SIZE, 3: HALF_SIZE, 4: HALF_SIZE, 5: HALF_SIZE}
DECODER_BLOCKS = {13: HALF_SIZE, 14: HALF_SIZE, 15: HALF_SIZE, 18: FULL_SIZE}


class Waking(NamedTuple):
    """For each half, its layers that sleep at first, and from which share on they do not."""

    encoder: Mapping[int, float] = {}
    decoder: Mapping[int, float] = {}

    @classmethod
    def of(cls, net: Autoencoder) -> Waking:
        """The blocks of ``net`` that have not learned: their last layer is zero."""

        def idle(half: nn.Sequential, blocks: dict[int, float]) -> dict[int, float]:
            last = {index: half[index].get_submodule("conv.4").parameters() for index in blocks}
            return {
                index: wake
                for index, wake in blocks.items()
                if not any(parameter.any() for parameter in last[index])
            }

        return cls(idle(net.encoder, ENCODER_BLOCKS), idle(net.decoder, DECODER_BLOCKS))


AWAKE = Waking()


class Quality(NamedTuple):
    """On held-out pictures: dB of the mean square error, and how the latents are spread."""

    psnr: float
    deviation: float
    far: float  # the share of latents beyond 3, where the decoder's clamp bends them

    def __str__(self) -> str:
        far = f"{self.far:.2%} beyond {REACH:g}"
        return f"{self.psnr:.2f} dB, latents {self.deviation:.2f} wide, {far}"


def crops(pictures: Shards, size: int, count: int, step: int) -> Tensor:
    """``count`` crops (count, 3, size, size) in 0..1 that lie on the latents' grid, half mirrored.

    Which ones follows from ``step`` and the process's rank.
    """
    rng = np.random.default_rng([step, rank()])
    found = np.empty((count, size, size, 3), np.uint8)
    for crop in found:
        picture = pictures[int(rng.integers(len(pictures)))]
        y, x = rng.integers(0, (len(picture) - size) // PATCH + 1, 2) * PATCH
        cut = picture[y : y + size, x : x + size]
        crop[...] = cut[:, ::-1] if rng.random() < 0.5 else cut
    return unit(found)


def unit(pictures: np.ndarray) -> Tensor:
    """uint8 (B, H, W, 3) as (B, 3, H, W) in 0..1, channels last in memory."""
    return torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).float() / 255


def run(half: nn.Sequential, x: Tensor, wake: Mapping[int, float], share: float) -> Tensor:
    """``half(x)`` without the residual blocks that still sleep at ``share`` of the training."""
    for index, layer in enumerate(half):
        x = torch.relu(x) if share < wake.get(index, 0) else layer(x)
    return x


def reconstruction_loss(
    net: Autoencoder, pictures: Tensor, step: int, share: float, waking: Waking = AWAKE
) -> Tensor:
    """The error of pictures that came through noisy latents, and what latents out of range cost."""
    from kornia.losses import total_variation

    random = torch.Generator(pictures.device).manual_seed(step * ranks() + rank())
    frozen = not next(net.encoder.parameters()).requires_grad
    with torch.set_grad_enabled(not frozen):
        z = run(net.encoder, pictures, waking.encoder, share)
    draw = {"generator": random, "device": z.device}
    noise = NOISE * torch.rand(len(z), 1, 1, 1, **draw) * torch.randn(z.shape, **draw)
    error = run(net.decoder, z + noise, waking.decoder, share).float() - pictures
    edges = total_variation(error, "mean").mean()
    loss = error.abs().mean() + SQUARES * error.square().mean() + EDGES * edges
    return loss if frozen else loss + range_cost(z.float())


def range_cost(z: Tensor) -> Tensor:
    """0 for latents of mean square 1 within 2.5 of zero."""
    spread = z.square().mean().clamp(min=1e-6).log()
    return (z.abs() - FAR).relu().square().mean() + 0.01 * (spread.square() + z.mean().square())


@torch.no_grad()
def measure(
    net: Autoencoder, pictures: Shards, count: int, share: float = 1.0, waking: Waking = AWAKE
) -> Quality:
    """How well ``net`` keeps ``count`` whole pictures; the processes divide them."""
    device = next(net.parameters()).device
    sums = torch.zeros(4, dtype=torch.float64)
    every = max(1, len(pictures) // count)
    for index in range(rank() * every, min(count * every, len(pictures)), ranks() * every):
        x = unit(pictures.take([index])).to(device)
        z = run(net.encoder, x, waking.encoder, share)
        error = run(net.decoder, z, waking.decoder, share).clamp(0, 1) - x
        parts = (error.square(), z.square(), (z.abs() > REACH).float())
        sums += torch.tensor([1.0, *(part.mean().item() for part in parts)])
    total, square, spread, far = mean_over_ranks(sums).tolist()
    return Quality(
        psnr=-10 * math.log10(square / total + 1e-12),
        deviation=math.sqrt(spread / total),
        far=far / total,
    )
