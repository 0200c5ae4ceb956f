"""Spaces fitted to the connected VAE, in seconds; they are kept, on disk as well."""

from __future__ import annotations

from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from ...zoomstack.files.fingerprint import fingerprint
from ...zoomstack.files.shelf import Shelf
from ...zoomstack.joint.through_pixels import EncodeChange
from ...zoomstack.scene.geometry import Geometry
from ...zoomstack.spaces.choose import SPACES, Fits, Kept, Kind
from ...zoomstack.spaces.codec import difference
from .. import host
from .autoencoder import Levels

# Of the variance of latents: a linear encoder that explains as much stands in for the VAE's own.
FAITHFUL = 0.8

# By the VAE's module (VAE objects are wrapped anew by nodes, the weights are not) and the model's
# latent format: operators live in the space that the model denoises in.
_kept: WeakKeyDictionary[Any, dict[str, Fits]] = WeakKeyDictionary()


class Autoencoder(NamedTuple):
    """A VAE as the levels of one model see it."""

    vae: Any
    levels: Levels

    def encode(self, pictures: Tensor) -> Tensor:
        """Pictures to level pictures of the model."""
        return self.levels.codec(self.vae).encode(pictures)

    @property
    def ratio(self) -> int:
        return self.levels.ratio

    @property
    def like(self) -> Tensor:
        """Of the run's device and dtype."""
        return torch.empty(0, device=self.levels.site.device)

    @property
    def fits(self) -> Fits:
        """What was fitted to it, in this run or an earlier one."""
        formats = _kept.setdefault(self.vae.first_stage_model, {})
        name = self.levels.format_name
        if name not in formats:
            formats[name] = Fits(kept=kept_fits(self.vae, name))
        return formats[name]


def kept_fits(vae: Any, latent_format: str) -> Kept:
    """Where fits to a VAE are kept on disk."""
    shelf = Shelf(host.fits_folder(), lambda line: host.log.warning("A fit to the VAE: %s.", line))
    return Kept(shelf, identity(vae, latent_format))


def identity(vae: Any, latent_format: str) -> str:
    """A fingerprint of a VAE's weights, its network's class and how its latents are scaled."""
    network = type(vae.first_stage_model).__qualname__
    return fingerprint(host.weights(vae.patcher), network, latent_format)


def refuse_unfitting(kind: Kind, geometry: Geometry) -> None:
    """Raise ``ValueError`` where the ladder does not allow that kind of space."""
    reason = SPACES[kind].refused(geometry)
    if reason:
        raise ValueError(
            f'space "{kind}" does not fit this ladder: {reason}. Change that, or choose '
            '"auto", "twin" or "pixel".'
        )


def fitted_line(coder: Autoencoder, kind: Kind, geometry: Geometry) -> str:
    """How far to trust operators fitted to the VAE, for the ladder's worst factor."""
    title, fits, around = SPACES[kind].title, coder.fits, (coder.encode, coder.ratio, coder.like)
    shares, zooms = [], sorted(set(geometry.zooms))
    bar = host.progress(len(zooms))
    for zoom in zooms:
        shares.append(fits.fidelity(kind, zoom, *around))
        bar.update(1)
        host.log.info(
            "Coupling %s at p = %g: shrinking explains %.0f %%, enlarging %.0f %%.",
            title,
            zoom,
            *(100 * share for share in shares[-1]),
        )
    return _line(title, *min(zip(shares, zooms, strict=True)))


def change_encoder(coder: Autoencoder) -> EncodeChange:
    """How changes of pictures are encoded: linearly where a linear encoder tells nearly all."""
    twin = coder.fits.fit("twin", 0.0, coder.encode, coder.ratio)
    if twin.explained[1] >= FAITHFUL:
        return twin.to(coder.like).encoded_change
    host.log.info(
        "A linear encoder explains %.0f %% of the VAE: changes of pictures go through it twice.",
        100 * twin.explained[1],
    )
    return difference(coder.encode)


def _line(title: str, explained: tuple[float, float], zoom: float) -> str:
    """How far to trust the fit, for its worst factor."""
    shrinking, enlarging = (f"{100 * share:.0f} %" for share in explained)
    return (
        f"levels meet in {title}: explains {shrinking} of shrinking and {enlarging} of "
        f"enlarging at p = {zoom:g}"
    )
