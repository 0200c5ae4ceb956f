"""Encoders of pictures that stand in for an autoencoder's, for tests of what is fitted to them."""

import torch
from torch.nn import functional

from zoomstack.spaces.codec import Codec


def encoder(channels=8, ratio=4, seed=3):
    """A nonlinear one: random patches, then a bent mixture of neighbours."""
    generator = torch.Generator().manual_seed(seed)
    first = torch.randn(channels, 3, ratio, ratio, generator=generator) / (3**0.5 * ratio)
    second = torch.randn(channels, channels, 3, 3, generator=generator) / (9 * channels) ** 0.5

    def encode(pictures):
        z = functional.conv2d(pictures * 2 - 1, first, stride=ratio)
        return z + 0.1 * torch.tanh(functional.conv2d(z, second, padding=1))

    return encode


def exact(ratio=4):
    """An autoencoder that loses nothing: its latents are the pixels of each block."""
    return Codec(
        lambda pictures: functional.pixel_unshuffle(pictures, ratio),
        lambda latents: functional.pixel_shuffle(latents, ratio),
        ratio,
    )


def blurring(ratio=4):
    """One that keeps the mean of each block: what it shows is soft."""

    def decode(latents):
        size = [ratio * side for side in latents.shape[-2:]]
        return functional.interpolate(latents, size, mode="bilinear")

    return Codec(lambda pictures: functional.avg_pool2d(pictures, ratio), decode, ratio)
