"""The autoencoder that is measured: the demo's, or any that ComfyUI's Load VAE can load."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from ...scene.geometry import Geometry
from ...spaces.codec import Codec
from ...spaces.space import Encode
from ..model import demo
from ..speed.host import trial

DEMO = "demo"  # the name that stands for the demo's own


class Autoencoder(NamedTuple):
    """An autoencoder with its name; ``codec`` takes level pictures on ``device`` and makes them."""

    name: str
    codec: Codec
    channels: int
    device: torch.device

    @property
    def ratio(self) -> int:
        return self.codec.ratio

    def encode(self, pictures: Tensor) -> Tensor:
        return self.codec.encode(pictures)

    def decode(self, latents: Tensor) -> Tensor:
        return self.codec.decode(latents)

    def latents(self, pixels: Geometry) -> Geometry:
        """The geometry of pictures as that of their latents.

        Raises ``ValueError`` for a size that does not divide by ``ratio``.
        """
        if pixels.height % self.ratio or pixels.width % self.ratio:
            raise ValueError(
                f"A level of {pixels.width} x {pixels.height} pixels does not divide by {self.name}"
                f"'s {self.ratio} pixels a latent; give a --size that does."
            )
        return pixels.resized(pixels.height // self.ratio, pixels.width // self.ratio)


def load(name: str, comfyui: Path, models: Path | None, device: str) -> Autoencoder:
    """An autoencoder by its name, or by the path of its file.

    ``name`` is ``DEMO``, a file, one of a pair of files that Load VAE takes for one (such as
    taef2_encoder.safetensors beside taef2_decoder.safetensors), or what Load VAE calls a VAE that
    lies in the folder ``models``, or in its ``vae`` or ``vae_approx``, or in ComfyUI's own.
    Raises ``ValueError`` where there is none.
    """
    where = torch.device(device)
    if name == DEMO:
        own = demo.autoencoder(where)
        moved, clipped = partial(_encoded, own.encode, where), partial(_clamped, own)
        return Autoencoder(name, own._replace(encode=moved, decode=clipped), demo.LATENT, where)
    module = trial(comfyui, where.type == "cpu")
    encode, decode, ratio, channels = module.autoencoder(name, models)
    return Autoencoder(name, Codec(encode, decode, ratio), channels, where)


def of_one_kind(own: Autoencoder, small: Autoencoder) -> None:
    """Raise ``ValueError`` unless two autoencoders have the same latents."""
    if (own.channels, own.ratio) != (small.channels, small.ratio):
        raise ValueError(
            f"{own.name} has latents of {own.channels} channels at 1/{own.ratio} but {small.name} "
            f"of {small.channels} at 1/{small.ratio}; give the small autoencoder of the same model."
        )


def _encoded(encode: Encode, device: torch.device, pictures: Tensor) -> Tensor:
    return encode(pictures.to(device))


def _clamped(codec: Codec, latents: Tensor) -> Tensor:
    return codec.decode(latents).clamp(0, 1)


def remembered(encode: Encode) -> Encode:
    """``encode`` that keeps what it made of each batch: several spaces are tried on the same."""
    known: dict[bytes, Tensor] = {}

    def once(pictures: Tensor) -> Tensor:
        key = bytes(str(pictures.shape), "ascii") + pictures.cpu().numpy().tobytes()
        if key not in known:
            known[key] = encode(pictures)
        return known[key]

    return once
