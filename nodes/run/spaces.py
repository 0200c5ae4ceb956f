"""Spaces fitted to the connected VAE, in seconds; they are kept, on disk as well."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple
from weakref import WeakKeyDictionary

from torch import Tensor

from ...zoomstack.files.fingerprint import fingerprint
from ...zoomstack.files.shelf import Shelf
from ...zoomstack.joint.through_pixels import EncodeChange, difference
from ...zoomstack.scene.geometry import Geometry
from ...zoomstack.spaces.choose import SPACES, Fits, Kept, Kind, automatic
from ...zoomstack.spaces.space import Encode, Space
from .. import host

# Of the variance of latents: a linear encoder that explains as much stands in for the VAE's own.
FAITHFUL = 0.8

# By the VAE's module (VAE objects are wrapped anew by nodes, the weights are not) and the model's
# latent format: operators live in the space that the model denoises in.
_kept: WeakKeyDictionary[Any, dict[str, Fits]] = WeakKeyDictionary()


class Autoencoder(NamedTuple):
    """A VAE as the levels of one model see it."""

    vae: Any
    latent_format: str  # the name of the model's
    encode: Encode  # pictures to level pictures of the model
    ratio: int  # pixels for one of theirs
    like: Tensor  # of the run's device and dtype

    @property
    def fits(self) -> Fits:
        """What was fitted to it, in this run or an earlier one."""
        formats = _kept.setdefault(self.vae.first_stage_model, {})
        if self.latent_format not in formats:
            formats[self.latent_format] = Fits(kept=kept_fits(self.vae, self.latent_format))
        return formats[self.latent_format]


def kept_fits(vae: Any, latent_format: str) -> Kept:
    """Where fits to a VAE are kept on disk."""
    shelf = Shelf(host.fits_folder(), lambda line: host.log.warning("A fit to the VAE: %s.", line))
    return Kept(shelf, identity(vae, latent_format))


def identity(vae: Any, latent_format: str) -> str:
    """A fingerprint of a VAE's weights, its network's class and how its latents are scaled."""
    network = type(vae.first_stage_model).__qualname__
    return fingerprint(host.weights(vae.patcher), network, latent_format)


def fitted_space(
    coder: Autoencoder, geometry: Geometry, wanted: Kind | Literal["auto"]
) -> tuple[Space, str]:
    """``geometry`` under operators fitted to the VAE; and a line that says how far to trust them.

    Raises ``ValueError`` where a space is wanted by name of a geometry that does not allow it.
    """
    kind = automatic(geometry) if wanted == "auto" else wanted
    reason = SPACES[kind].refused(geometry)
    if reason:
        raise ValueError(
            f'space "{kind}" does not fit this ladder: {reason}. Change that, or choose '
            '"auto", "twin" or "pixel".'
        )
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
    worst = min(zip(shares, zooms, strict=True))
    return fits.space(kind, geometry, *around), _line(title, *worst)


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
