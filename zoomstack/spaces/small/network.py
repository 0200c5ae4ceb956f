"""A narrow autoencoder of another one's latents: what couples levels in pixels at every step.

As TAESD does for large VAEs (https://github.com/madebyollin/taesd), but so narrow that it is cheap
beside the demo's transformer: it never works on pixels, only at a quarter and at an eighth of the
picture's size (for eight pixels a latent), where a convolution costs 16 and 64 times less.

Each half is a linear map, which least squares find in seconds and which is most of it where a VAE
is nearly linear, and beside it a small network for the rest.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from ..codec import Codec

COLOURS = 3
REACH = 4  # latents around one that count (``Codec.reach``): what lies farther off changes nothing


class Layout(NamedTuple):
    """What a small autoencoder is built by."""

    ratio: int = 8  # pixels along a latent's side, even
    channels: int = 16  # of the latents
    reach: float = (
        0.0  # latents are bent to stay within it, as TAESD's decoder does; 0: they are not
    )
    fine: int = 32  # channels at twice the latents' size
    coarse: int = 64  # channels at the latents' size
    fine_blocks: int = 1
    coarse_blocks: int = 2


class Block(nn.Module):
    """Two convolutions beside what came in, and a ReLU on the sum."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            _conv(channels, channels), nn.ReLU(inplace=True), _conv(channels, channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu_(self.conv(x) + x)


class Encoder(nn.Module):
    """A latent from the patch of twice its side about it, and what the network adds."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        ratio = layout.ratio
        self.linear = nn.Conv2d(COLOURS, layout.channels, 2 * ratio, ratio, padding=ratio // 2)
        self.rest = _encoder(layout)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.linear(pictures) + self.rest(pictures)


class Decoder(nn.Module):
    """A patch from the 3 x 3 latents about it, and what the network adds."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.reach = layout.reach
        self.linear = _conv(layout.channels, COLOURS * layout.ratio**2)
        self.shuffle = nn.PixelShuffle(layout.ratio)
        self.rest = _decoder(layout)

    def forward(self, latents: Tensor) -> Tensor:
        z = self.bent(latents)
        return self.shuffle(self.linear(z)) + self.rest(z)

    def bent(self, latents: Tensor) -> Tensor:
        """Latents as both parts take them."""
        return torch.tanh(latents / self.reach) * self.reach if self.reach else latents


class SmallAutoencoder(nn.Module):
    """Pictures to a VAE's latents and back, of any size, batch by batch.

    Every part of a latent, and of a picture, depends on its neighbourhood alone: nothing is pooled
    over the whole. ``owner`` names the VAE whose latents these are, as ``file.owner_of`` says; ""
    where nobody knows.
    """

    def __init__(self, layout: Layout | None = None, owner: str = "") -> None:
        super().__init__()
        layout = layout or Layout()
        if layout.ratio < 2 or layout.ratio % 2:
            raise ValueError(
                f"ratio must be even, pixels along a latent's side; it is {layout.ratio}"
            )
        self.layout, self.owner = layout, owner
        self.encoder = Encoder(layout)
        self.decoder = Decoder(layout)

    @property
    def ratio(self) -> int:
        """Pixels along a latent's side."""
        return self.layout.ratio

    @property
    def codec(self) -> Codec:
        """As couplings see it."""
        return Codec(self.encode, self.decode, self.ratio, REACH, self.encode_change)

    def encode(self, pictures: Tensor) -> Tensor:
        """Latents (B, C, H / ratio, W / ratio) of pictures (B, 3, H, W) in [0, 1].

        H and W are multiples of ``ratio``. In the weights' precision and on their device; the
        answer has the pictures' dtype and device.
        """
        return self._through(self.encoder, pictures)

    def encode_change(self, before: Tensor, after: Tensor) -> Tensor:
        """The change of latents between pictures, by what is linear of the encoder.

        That is most of a small change, at a twentieth of two encodings. Measured on the demo, at
        every step of three zooms: levels agree by 28.9 dB and keep 1.02 of the sharpness of levels
        sampled alone, by both encodings 29.0 dB and 1.03.
        """
        linear = self.encoder.linear
        change = (after - before).to(linear.weight, memory_format=torch.channels_last)
        weight, stride, padding = linear.weight, linear.stride, linear.padding
        parts = [conv2d(part, weight, None, stride, padding) for part in change.split(1)]
        return torch.cat(parts).to(after)

    def decode(self, latents: Tensor) -> Tensor:
        """Pictures (B, 3, h * ratio, w * ratio), in [0, 1] but for what overshoots."""
        return self._through(self.decoder, latents)

    def _through(self, half: nn.Module, x: Tensor) -> Tensor:
        weight = next(half.parameters())
        ready = x.to(weight, memory_format=torch.channels_last)
        # On a CPU one at a time: what stays in a core's cache is faster.
        alone = ready.device.type == "cpu" and not torch.is_grad_enabled()
        parts = ready.split(1) if alone else [ready]
        return torch.cat([half(part) for part in parts]).to(x)


def _encoder(layout: Layout) -> nn.Sequential:
    channels, fine, coarse = layout.channels, layout.fine, layout.coarse
    patch = layout.ratio // 2
    return nn.Sequential(
        nn.PixelUnshuffle(patch),
        _conv(COLOURS * patch**2, fine),
        nn.ReLU(inplace=True),
        *(Block(fine) for _ in range(layout.fine_blocks)),
        _conv(fine, coarse, stride=2),
        nn.ReLU(inplace=True),
        *(Block(coarse) for _ in range(layout.coarse_blocks)),
        _conv(coarse, channels),
    )


def _decoder(layout: Layout) -> nn.Sequential:
    channels, fine, coarse = layout.channels, layout.fine, layout.coarse
    patch = layout.ratio // 2
    return nn.Sequential(
        _conv(channels, coarse),
        nn.ReLU(inplace=True),
        *(Block(coarse) for _ in range(layout.coarse_blocks)),
        nn.Conv2d(coarse, 4 * fine, 1),
        nn.PixelShuffle(2),
        nn.ReLU(inplace=True),
        *(Block(fine) for _ in range(layout.fine_blocks)),
        _conv(fine, COLOURS * patch**2),
        nn.PixelShuffle(patch),
    )


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1)
