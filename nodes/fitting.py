"""Operators fitted to the connected VAE, in seconds, and kept for as long as the VAE is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from torch import Tensor

from ..zoomstack.fitted import FittedOperators, FittedSpace, fit_operators, off_grid
from ..zoomstack.geometry import Geometry
from ..zoomstack.space import Space, as_space
from . import host

# By the VAE's module: VAE objects are wrapped anew by nodes, the weights are not.
_fitted: WeakKeyDictionary[Any, dict[tuple[int, int], FittedOperators]] = WeakKeyDictionary()


def fitted_space(
    vae: Any,
    geometry: Geometry,
    encode: Callable[[Tensor], Tensor],
    ratio: int,
    like: Tensor,
    or_plain: bool,
) -> Space:
    """``geometry`` under operators fitted to ``vae``, on ``like``'s device.

    Where the geometry does not allow them: the plain space if ``or_plain``, with a word in the
    log, else a ``ValueError``.
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
    for zoom in sorted({int(zoom) for zoom in geometry.zooms}):
        if (zoom, ratio) not in known:
            host.check_interrupted()
            known[zoom, ratio] = fit_operators(encode, zoom, ratio)
        shrinking, enlarging = known[zoom, ratio].explained
        host.log.info(
            "Coupling fitted latents at p = %d: shrinking explains %.0f %%, enlarging %.0f %%.",
            zoom, 100 * shrinking, 100 * enlarging,
        )  # fmt: skip
    return FittedSpace(
        geometry, {float(z): o.to(like) for (z, r), o in known.items() if r == ratio}
    )
