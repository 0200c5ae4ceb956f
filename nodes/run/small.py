"""Which small autoencoder a run's levels meet through, and what is said where there is none."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from ...zoomstack.demo import parts
from ...zoomstack.spaces.codec import Codec
from ...zoomstack.spaces.small.file import load_small, owner_of
from ...zoomstack.spaces.small.network import SmallAutoencoder
from .. import host
from .autoencoder import Levels, check_vae

SHIPPED = "the demo's small autoencoder"

_owners: WeakKeyDictionary[Any, str] = WeakKeyDictionary()  # by the module of a VAE


class Small(NamedTuple):
    """A small autoencoder and its name; without one ``remedy`` is what would make zooms sharper."""

    codec: Codec | None = None
    name: str = ""
    remedy: str = ""
    key: str = ""  # of its weights
    vae: Any = None  # the host's, of which the codec is; it must stay loaded

    def is_of(self, vae: Any) -> bool:
        """Whether it shows the result: it is that VAE itself, or there is no other."""
        if self.vae is None:
            return False
        return vae is None or vae is self.vae or host.weights(vae.patcher) == self.key


def small_autoencoder(connected: Any, vae: Any, levels: Levels) -> Small:
    """The connected one; else the one that ships, for the demo's own VAE; else one in a folder.

    That is ``models/vae_approx``, and the one that the model's latent format names. Raises
    ``ValueError`` for one of other latents than the model's.
    """
    if connected is not None:
        check_vae(connected, levels, "small_vae", "small_vae")
        return _of_host(connected, "small_vae", levels)
    if vae is not None and _owner(vae) == _shipped().owner:
        net = _shipped().to(levels.site.device)
        return Small(net.codec, SHIPPED, key=net.owner)
    found = host.small_vae_of(levels.latent_format)
    if found is None:
        return Small()
    if found.missing:
        missing = " and ".join(found.missing)
        return Small(remedy=f"{missing} in models/vae_approx would make the zoom sharper")
    small = host.load_small_vae(found)
    if small is None or host.misfit(small, levels.latent_format):
        return Small(remedy=f"{found.name} in models/vae_approx does not fit this model")
    return _of_host(small, found.name, levels)


def _of_host(vae: Any, name: str, levels: Levels) -> Small:
    return Small(levels.small_codec(vae), name, key=host.weights(vae.patcher), vae=vae)


@lru_cache(maxsize=1)
def _shipped() -> SmallAutoencoder:
    return load_small(parts.SMALL)


def _owner(vae: Any) -> str:
    module = vae.first_stage_model
    if module not in _owners:
        _owners[module] = owner_of(module.parameters())
    return _owners[module]
