"""Operators fitted to the connected VAE, in seconds, and kept for as long as the VAE is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from torch import Tensor

from ..zoomstack.fit import fit_operators
from ..zoomstack.fitted import FittedOperators, FittedSpace, off_grid
from ..zoomstack.geometry import Geometry
from ..zoomstack.space import Space, as_space
from . import host

# By the VAE's module (VAE objects are wrapped anew by nodes, the weights are not) and the model's
# latent format: operators live in the space that the model denoises in.
_fitted: WeakKeyDictionary[Any, dict[tuple[str, int], FittedOperators]] = WeakKeyDictionary()


def fitted_space(
    vae: Any,
    geometry: Geometry,
    encode: Callable[[Tensor], Tensor],
    ratio: int,
    like: Tensor,
    latent_format: str,
    or_plain: bool,
) -> Space:
    """``geometry`` under operators fitted to ``vae``, on ``like``'s device.

    ``encode`` takes pictures to level pictures of the model named ``latent_format``, ``ratio``
    pixels to one of theirs. Where the geometry does not allow such operators: the plain space if
    ``or_plain``, with a word in the log, else a ``ValueError``.
    """
    reason = off_grid(geometry)
    if reason:
        if not or_plain:
            raise ValueError(
                f'space "fitted" does not fit this ladder: {reason}. Change that, or choose '
                '"auto", "latent" or "pixel".'
            )
        host.log.info("Coupling plain latents, for %s.", reason)
        return as_space(geometry)
    known = _fitted.setdefault(vae.first_stage_model, {})
    zooms = sorted({int(zoom) for zoom in geometry.zooms})
    bar = host.progress(len(zooms))
    for zoom in zooms:
        if (latent_format, zoom) not in known:
            known[latent_format, zoom] = fit_operators(encode, zoom, ratio)
        bar.update(1)
        shrinking, enlarging = known[latent_format, zoom].explained
        host.log.info(
            "Coupling fitted latents at p = %d: shrinking explains %.0f %%, enlarging %.0f %%.",
            zoom,
            100 * shrinking,
            100 * enlarging,
        )
    return FittedSpace(geometry, {float(p): known[latent_format, p].to(like) for p in zooms})
