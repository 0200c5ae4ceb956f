"""What ``zoomstack fit`` asks of ComfyUI: a VAE, the models it may be of, and where fits lie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import comfy.sd
import torch
from torch import Tensor

from ..zoomstack.files.fingerprint import fingerprint
from . import host
from .host.layout import ratio_of, shuffle_of
from .host.load_vae import in_rows_of_pixels, level_layout, load_vae
from .run.spaces import identity

PROBE = 256  # pixels of the picture that tells an autoencoder's size


class Autoencoder(NamedTuple):
    """A VAE as one family of models sees it: its latents scaled as those want them."""

    latent_format: str
    identity: str  # by which nodes find what was fitted to it
    encode: Callable[[Tensor], Tensor]  # pictures (B, 3, H, W) in [0, 1] to level pictures
    ratio: int  # pixels for one of theirs


def autoencoders(name: str, models: Path | None, demo: Path) -> list[Autoencoder]:
    """The VAE of that name (see ``load_vae``; "demo" is the one of the checkpoint ``demo``).

    One for each latent format of the host that has its shape. ``ValueError`` where there is none.
    """
    if name == "demo":
        vae: Any = comfy.sd.load_checkpoint_guess_config(str(demo), output_model=False)[2]
    else:
        vae = load_vae(name, models)
    in_rows_of_pixels(vae)
    layout = level_layout(vae)
    raw = _remembered(lambda pictures: host.encode_pictures(vae, pictures))
    tried = layout.views(raw(torch.full((1, 3, PROBE, PROBE), 0.5)))
    ratio = PROBE // tried.shape[-1]

    def of(format: Any) -> Autoencoder:
        def encode(pictures: Tensor) -> Tensor:
            return layout.views(format.process_in(raw(pictures).clone())).float()

        named = type(format).__name__
        return Autoencoder(named, identity(vae, named), encode, ratio)

    return [of(format) for format in _formats(vae, ratio * layout.shuffle, layout.shuffle)]


def fits_folder() -> str:
    """Where nodes look for fits."""
    return host.fits_folder()


def _formats(vae: Any, pixels: int, shuffle: int) -> list[Any]:
    """All of the host's latent formats that a VAE's latents can be of."""
    import comfy.latent_formats as known

    found = []
    for kind in vars(known).values():
        if isinstance(kind, type) and issubclass(kind, known.LatentFormat):
            format = kind()
            shape = (format.latent_channels, format.latent_dimensions, ratio_of(format))
            if shape == (vae.latent_channels, vae.latent_dim, pixels):
                if shuffle_of(format) == shuffle:
                    found.append(format)
    if not found:
        raise ValueError(
            f"ComfyUI has no model for latents of {vae.latent_channels} channels at 1/{pixels}; "
            "give the VAE of a model of still images."
        )
    return found


def _remembered(encode: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Formats differ in scale alone: pictures are encoded once for all of them."""
    known: dict[str, Tensor] = {}

    def once(pictures: Tensor) -> Tensor:
        key = fingerprint(pictures)
        if key not in known:
            # A copy of what was made in inference mode, which what follows may write into.
            with torch.inference_mode(False):
                known[key] = encode(pictures).clone()
        return known[key]

    return once
