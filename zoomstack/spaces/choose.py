"""The spaces that are fitted to an autoencoder: the table, the choice, and what was fitted.

A new space is a folder beside ``fitted`` and ``twin`` with a ``RECIPE``, and a line in ``SPACES``;
nodes and benchmarks read it from here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from torch import Tensor

from ..scene.geometry import Geometry
from .fitted.fit import RECIPE as FITTED
from .fitting.fidelity import fidelity_at
from .fitting.recipe import Recipe
from .space import Encode, Space
from .twin.fit import RECIPE as TWIN

Kind = Literal["fitted", "twin"]

SPACES: dict[Kind, Recipe] = {"fitted": FITTED, "twin": TWIN}


def automatic(geometry: Geometry) -> Kind:
    """The space that "auto" stands for where there is an autoencoder to fit to.

    Measured with ``bench quality``: at p = 2 the two agree as well, and fitted operators take less
    time. At p = 4 they do too, but the twin explains more, and one fit serves all factors.
    """
    doubling = all(zoom == 2 for zoom in geometry.zooms)
    return "fitted" if doubling and not FITTED.refused(geometry) else "twin"


class Fits:
    """What was fitted to one autoencoder: each fit is made when it is first asked for, and kept.

    ``encode`` and ``ratio`` are always that autoencoder's: they are handed in, not kept, for what
    encodes may hold on to a whole run of sampling. ``pictures`` makes what to fit on, of a side in
    pixels, (B, 3, side, side) in [0, 1]; without it a fit takes dead leaves of its own.
    """

    def __init__(self, pictures: Callable[[int], Tensor] | None = None) -> None:
        self._pictures = pictures
        self._kept: dict[Any, Any] = {}

    def fit(self, kind: Kind, key: float, encode: Encode, ratio: int) -> Any:
        """The fit of a ``Recipe``'s key: ``FittedOperators`` or a ``LinearTwin``."""
        recipe = SPACES[kind]

        def make() -> Any:
            shown = self._pictures(recipe.side(key, ratio)) if self._pictures else None
            return recipe.fit(encode, key, ratio, shown)

        return self._once((kind, key), make)

    def space(
        self, kind: Kind, geometry: Geometry, encode: Encode, ratio: int, like: Tensor
    ) -> Space:
        """``geometry`` under a fitted space, on ``like``'s device and in its dtype."""
        recipe = SPACES[kind]
        fits = {key: self.fit(kind, key, encode, ratio) for key in recipe.keys(geometry)}
        return recipe.make(geometry, {key: fit.to(like) for key, fit in fits.items()})

    def fidelity(
        self, kind: Kind, zoom: float, encode: Encode, ratio: int, like: Tensor
    ) -> tuple[float, float]:
        """What the space explains of (shrinking, enlarging) by one factor: 0 to 1."""

        def space(geometry: Geometry) -> Space:
            return self.space(kind, geometry, encode, ratio, like)

        return self._once((kind, zoom, "fidelity"), lambda: fidelity_at(zoom, space, encode, ratio))

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]
