"""Which small autoencoder a run's levels meet through, and what is said where there is none."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...zoomstack.spaces.codec import Codec
from .. import host
from .autoencoder import Levels, check_vae


class Small(NamedTuple):
    """A small autoencoder and its name; without one ``remedy`` is what would make zooms sharper."""

    codec: Codec | None = None
    name: str = ""
    remedy: str = ""
    vae: Any = None  # the host's, of which the codec is; it must stay loaded

    @property
    def key(self) -> str:
        """Of its weights."""
        return "" if self.vae is None else host.weights(self.vae.patcher)


def small_autoencoder(connected: Any, levels: Levels) -> Small:
    """The connected one, else the one in ``models/vae_approx`` that the latent format names.

    Raises ``ValueError`` for one of other latents than the model's.
    """
    if connected is not None:
        check_vae(connected, levels, "small_vae", "small_vae")
        return Small(levels.small_codec(connected), "small_vae", vae=connected)
    found = host.small_vae_of(levels.latent_format)
    if found is None:
        return Small()
    if found.missing:
        missing = " and ".join(found.missing)
        return Small(remedy=f"{missing} in models/vae_approx would make the zoom sharper")
    vae = host.load_small_vae(found)
    if vae is None or vae.latent_channels != levels.latent_format.latent_channels:
        return Small(remedy=f"{found.name} in models/vae_approx does not fit this model")
    return Small(levels.small_codec(vae), found.name, vae=vae)
