"""Operators fitted to the connected VAE, in seconds, and kept for as long as the VAE is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal
from weakref import WeakKeyDictionary

from torch import Tensor

from ...zoomstack.joint.through_pixels import EncodeChange, difference
from ...zoomstack.scene.geometry import Geometry
from ...zoomstack.spaces.fitted.fit import fit_operators
from ...zoomstack.spaces.fitted.space import FittedSpace, Kind, automatic, off_grid
from ...zoomstack.spaces.fitting.fidelity import fidelity_at
from ...zoomstack.spaces.fitting.regression import Encode
from ...zoomstack.spaces.space import Space
from ...zoomstack.spaces.twin.codec import LinearTwin
from ...zoomstack.spaces.twin.fit import fit_twin
from ...zoomstack.spaces.twin.space import TwinSpace
from .. import host

NAMES = {"fitted": "fitted latents", "twin": "the linear twin of the VAE"}
# Of the variance of latents: a linear encoder that explains as much stands in for the VAE's own.
FAITHFUL = 0.8


class Kept:
    """What was fitted, by a key; made when it is first asked for."""

    def __init__(self) -> None:
        self._fits: dict[Any, Any] = {}

    def get(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self._fits:
            self._fits[key] = make()
        return self._fits[key]


# By the VAE's module (VAE objects are wrapped anew by nodes, the weights are not) and the model's
# latent format: operators live in the space that the model denoises in.
_kept: WeakKeyDictionary[Any, dict[str, Kept]] = WeakKeyDictionary()


def fitted_space(
    vae: Any,
    geometry: Geometry,
    encode: Encode,
    ratio: int,
    like: Tensor,
    latent_format: str,
    wanted: Kind | Literal["auto"],
) -> tuple[Space, str]:
    """``geometry`` under operators fitted to ``vae``, on ``like``'s device; and a line to show.

    ``encode`` takes pictures to level pictures of the model named ``latent_format``, ``ratio``
    pixels to one of theirs. Raises ``ValueError`` where "fitted" is wanted of a geometry that does
    not allow it.
    """
    reason = off_grid(geometry)
    if wanted == "fitted" and reason:
        raise ValueError(
            f'space "fitted" does not fit this ladder: {reason}. Change that, or choose '
            '"auto", "twin" or "pixel".'
        )
    kind = automatic(geometry) if wanted == "auto" else wanted
    kept = _of(vae, latent_format).get

    def space(at: Geometry) -> Space:
        if kind == "twin":
            return TwinSpace(at, kept("twin", lambda: fit_twin(encode, ratio)).to(like))
        fits = {p: kept(p, lambda p=p: fit_operators(encode, int(p), ratio)) for p in at.zooms}
        return FittedSpace(at, {p: fit.to(like) for p, fit in fits.items()})

    shares, zooms = [], sorted(set(geometry.zooms))
    bar = host.progress(len(zooms))
    for zoom in zooms:
        shares.append(kept((kind, zoom), lambda z=zoom: fidelity_at(z, space, encode, ratio)))
        bar.update(1)
        host.log.info(
            "Coupling %s at p = %g: shrinking explains %.0f %%, enlarging %.0f %%.",
            NAMES[kind],
            zoom,
            *(100 * share for share in shares[-1]),
        )
    worst = min(zip(shares, zooms, strict=True))
    return space(geometry), _line(kind, *worst)


def _of(vae: Any, latent_format: str) -> Kept:
    return _kept.setdefault(vae.first_stage_model, {}).setdefault(latent_format, Kept())


def change_encoder(
    vae: Any, encode: Encode, ratio: int, like: Tensor, latent_format: str
) -> EncodeChange:
    """How changes of pictures are encoded: linearly where a linear encoder tells nearly all.

    The arguments are those of ``fitted_space``.
    """
    twin: LinearTwin = _of(vae, latent_format).get("twin", lambda: fit_twin(encode, ratio))
    if twin.explained[1] >= FAITHFUL:
        return twin.to(like).encoded_change
    host.log.info(
        "A linear encoder explains %.0f %% of the VAE: changes of pictures go through it twice.",
        100 * twin.explained[1],
    )
    return difference(encode)


def _line(kind: Kind, explained: tuple[float, float], zoom: float) -> str:
    """How far to trust the fit, for its worst factor."""
    shrinking, enlarging = (f"{100 * share:.0f} %" for share in explained)
    return (
        f"levels meet in {NAMES[kind]}: explains {shrinking} of shrinking and {enlarging} of "
        f"enlarging at p = {zoom:g}"
    )
