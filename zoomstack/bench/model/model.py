"""What the benchmark asks of a model; ``demo`` has one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from ...demo.networks.text import Mixed
from ...joint.denoise import Denoise
from ...spaces.codec import Codec


class Model(Protocol):
    """A latent flow model with its autoencoder, and a classifier of its pictures.

    Pictures are (B, 3, H, W) in [0, 1], latents (B, channels, H / 8, W / 8).
    """

    channels: int
    device: torch.device
    small: Codec  # its small autoencoder

    def denoiser(self, prompts: Sequence[str | Mixed], cfg: float) -> Denoise:
        """``denoise(x, sigma) -> x0`` of one latent a prompt, guided away from no prompt."""
        ...

    def encode(self, pictures: Tensor) -> Tensor: ...

    def decode(self, latents: Tensor) -> Tensor: ...

    def log_probabilities(self, pictures: Tensor) -> Tensor:
        """(B, scales): the logarithm of how likely a picture shows each scale of the world."""
        ...
