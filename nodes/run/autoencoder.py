"""VAEs as the levels of one model see them: between pictures and its own latents."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ...zoomstack.spaces.codec import Codec
from ...zoomstack.spaces.small.network import REACH
from .. import host
from ..host.layout import Layout, ratio_of


class Levels:
    """How the latents of a model hold level pictures: its site and its layout."""

    def __init__(self, site: host.Site, layout: Layout) -> None:
        self.site, self.layout = site, layout

    @property
    def latent_format(self) -> Any:
        return self.site.latent_format

    @property
    def format_name(self) -> str:
        return type(self.latent_format).__name__

    @property
    def are_pictures(self) -> bool:
        """Models that denoise RGB itself, as the paper's does."""
        format = self.latent_format
        return format.latent_channels == 3 and ratio_of(format) == 1

    @property
    def ratio(self) -> int:
        """Pixels per row of the level pictures that the latent holds."""
        return self.downscale // self.layout.shuffle

    @property
    def downscale(self) -> int:
        """Pixels per row of the latent itself."""
        return ratio_of(self.latent_format)

    def blank(self, side: int) -> Tensor:
        """A latent, as wires have it, of one picture of ``side`` pixels."""
        cells = side // self.downscale
        shape = self.site.shape
        return torch.zeros(1, *shape[1:-2], cells, cells, device=self.site.device)

    def codec(self, vae: Any) -> Codec:
        """The model's own VAE, by the host's way, which minds memory and tiles."""

        def encode(pictures: Tensor) -> Tensor:
            host.check_interrupted()
            return self._held(host.encode_pictures(vae, pictures))

        def decode(views: Tensor) -> Tensor:
            host.check_interrupted()
            return host.decode_pictures(vae, self._wire(views)).to(views)

        return Codec(encode, decode, self.ratio)

    def small_codec(self, vae: Any) -> Codec:
        """A small one, by the short way: for every step."""
        way = host.ShortWay(vae)
        return Codec(
            lambda pictures: self._held(way.encode(pictures)).to(pictures),
            lambda views: way.decode(self._wire(views)).to(views),
            self.ratio,
            None if way.pools else REACH,
        )

    def _wire(self, views: Tensor) -> Tensor:
        """As LATENT wires have them."""
        return self.site.process_out(self.layout.latent(views))

    def _held(self, latent: Tensor) -> Tensor:
        return self.layout.views(self.site.process_in(latent))


def check_vae(vae: Any, levels: Levels, who: str, name: str = "vae") -> None:
    """Raise ``ValueError`` where there is none, or it makes latents of another kind."""
    if vae is None:
        raise ValueError(f"{who} needs the model's VAE; connect it to the sampler's vae input.")
    differs = host.misfit(vae, levels.latent_format)
    if differs:
        whose, which = ("The VAE", "the VAE") if name == "vae" else (f"The {name}", "one")
        raise ValueError(
            f"{whose} makes latents of {differs.theirs} but the model denoises {differs.ours}; "
            f"connect {which} that belongs to the model, or none."
        )
