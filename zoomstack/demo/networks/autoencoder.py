"""TAESD as torch modules, with the names that ComfyUI's own has: 8 x 8 pixels to 16 numbers.

Source: madebyollin's TAESD (https://github.com/madebyollin/taesd, MIT), as ComfyUI 0.30.0 lays it
out in ``comfy/taesd/taesd.py``. Latents are what the diffusion model sees: no scale, no shift.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ...files.whole import replacing
from ..parts import DECODER, ENCODER, WEIGHTS

Network = TypeVar("Network", bound=nn.Module)

CHANNELS, LATENT, COLOURS = 64, 16, 3
PATCH = 8  # pixels a side of what one latent position stands for
REACH = 3.0  # the decoder bends latents so that they stay within this


def conv(inputs: int, outputs: int, stride: int = 1, bias: bool = True) -> nn.Conv2d:
    """A 3 x 3 convolution that keeps the size, or halves it at stride 2."""
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=bias)


class Clamp(nn.Module):
    """Keeps latents within 3 of zero, softly."""

    def forward(self, latents: Tensor) -> Tensor:
        return torch.tanh(latents / REACH) * REACH


class Block(nn.Module):
    """Three convolutions beside what came in, and a ReLU on the sum."""

    def __init__(self) -> None:
        super().__init__()
        layers = [conv(CHANNELS, CHANNELS) for _ in range(3)]
        self.conv = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.conv(x) + x)


def encoder() -> nn.Sequential:
    """Pictures (B, 3, H, W) in 0..1 to latents (B, 16, H / 8, W / 8)."""
    halves = [(conv(CHANNELS, CHANNELS, 2, False), Block(), Block(), Block()) for _ in range(3)]
    middle = (layer for half in halves for layer in half)
    return nn.Sequential(conv(COLOURS, CHANNELS), Block(), *middle, conv(CHANNELS, LATENT))


def decoder() -> nn.Sequential:
    """Latents (B, 16, h, w) to pictures (B, 3, 8 h, 8 w), in 0..1 but for what overshoots."""
    stages = [
        (Block(), Block(), Block(), nn.Upsample(scale_factor=2), conv(CHANNELS, CHANNELS, 1, False))
        for _ in range(3)
    ]
    middle = (layer for stage in stages for layer in stage)
    start = (Clamp(), conv(LATENT, CHANNELS), nn.ReLU())
    return nn.Sequential(*start, *middle, Block(), conv(CHANNELS, COLOURS))


class Autoencoder(nn.Module):
    """Both halves. Their state dicts are TAESD's ``taesd_encoder.*`` and ``taesd_decoder.*``."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = encoder()
        self.decoder = decoder()

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 3, H, W) in 0..1, sides divisible by 8, encoded and decoded."""
        return self.decoder(self.encoder(pictures))


def channels_last(net: Network) -> Network:
    """``net`` with a pixel's channels side by side: convolutions are a third faster on a CPU."""
    return net.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


def load_autoencoder(folder: Path = WEIGHTS) -> Autoencoder:
    """The trained one in ``folder``, in single precision; ``OSError`` where it is missing."""
    net = Autoencoder()
    net.encoder.load_state_dict(load_file(folder / ENCODER.name))
    net.decoder.load_state_dict(load_file(folder / DECODER.name))
    return net


def save_autoencoder(net: Autoencoder, folder: Path) -> None:
    """Write ``encoder.safetensors`` and ``decoder.safetensors`` into ``folder``, as fp16."""
    folder.mkdir(parents=True, exist_ok=True)
    for half, part in ((net.encoder, ENCODER), (net.decoder, DECODER)):
        save_half(half.state_dict(), folder / part.name)


def save_half(state: dict[str, Tensor], path: Path) -> None:
    """Write a state dict in half precision, whole or not at all."""
    halves = {key: value.cpu().half().contiguous() for key, value in state.items()}
    with replacing(path) as half:
        save_file(halves, half)
