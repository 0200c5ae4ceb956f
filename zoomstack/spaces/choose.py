"""The spaces that are fitted to an autoencoder: the table, the choice, and what was fitted.

A new space is a folder beside ``fitted`` and ``twin`` with a ``RECIPE``, and a line in ``SPACES``;
nodes and benchmarks read it from here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from torch import Tensor

from ..files.fingerprint import fingerprint
from ..files.shelf import Shelf
from ..scene.geometry import Geometry
from .fitted.fit import RECIPE as FITTED
from .fitted.operators import FittedOperators
from .fitting.fidelity import fidelity_at
from .fitting.recipe import Recipe
from .space import Encode, Space
from .twin.codec import LinearTwin
from .twin.fit import RECIPE as TWIN

Kind = Literal["fitted", "twin"]

SPACES: dict[Kind, Recipe] = {"fitted": FITTED, "twin": TWIN}
RESULTS: dict[Kind, type[Any]] = {"fitted": FittedOperators, "twin": LinearTwin}


def automatic(geometry: Geometry) -> Kind:
    """The space that "auto" stands for where there is an autoencoder to fit to.

    Measured with ``bench quality``: at p = 2 the two agree as well, and fitted operators take less
    time. At p = 4 they do too, but the twin explains more, and one fit serves all factors.
    """
    doubling = all(zoom == 2 for zoom in geometry.zooms)
    return "fitted" if doubling and not FITTED.refused(geometry) else "twin"


class Explained(NamedTuple):
    """The variance that a space explains of (shrinking, enlarging): 0 to 1."""

    shrinking: float
    enlarging: float


class Kept(NamedTuple):
    """Where fits to one autoencoder are kept on disk, and which one that is."""

    shelf: Shelf
    autoencoder: str  # a fingerprint of its weights, and of what else its latents depend on


class Fits:
    """What was fitted to one autoencoder: each fit is made when it is first asked for, and kept.

    ``encode`` and ``ratio`` are always that autoencoder's: they are handed in, not kept, for what
    encodes may hold on to a whole run of sampling. ``pictures`` makes what to fit on, of a side in
    pixels, (B, 3, side, side) in [0, 1]; without it a fit takes scenery of its own.

    With ``kept`` fits are on disk as well. Those on ``pictures`` come before all others, from then
    on and of whoever asks; those on scenery are of this code alone (``recipe_code``).
    """

    def __init__(
        self, pictures: Callable[[int], Tensor] | None = None, kept: Kept | None = None
    ) -> None:
        self._pictures = pictures
        self._on_disk = kept
        self._kept: dict[Any, Any] = {}

    def fit(self, kind: Kind, key: float, encode: Encode, ratio: int) -> Any:
        """The fit of a ``Recipe``'s key: ``FittedOperators`` or a ``LinearTwin``."""
        recipe, what = SPACES[kind], RESULTS[kind]

        def make() -> Any:
            shown = self._pictures(recipe.side(key, ratio)) if self._pictures else None
            return recipe.fit(encode, key, ratio, shown)

        def find() -> Any:
            own = ("own pictures", kind, key, ratio)
            if self._pictures:
                return self._put(make(), own)
            return self._get(what, own) or self._found(what, make, (kind, key, ratio))

        return self._once((kind, key), find)

    def space(
        self, kind: Kind, geometry: Geometry, encode: Encode, ratio: int, like: Tensor
    ) -> Space:
        """``geometry`` under a fitted space, on ``like``'s device and in its dtype."""
        recipe = SPACES[kind]
        fits = {key: self.fit(kind, key, encode, ratio) for key in recipe.keys(geometry)}
        return recipe.make(geometry, {key: fit.to(like) for key, fit in fits.items()})

    def fidelity(
        self, kind: Kind, zoom: float, encode: Encode, ratio: int, like: Tensor
    ) -> Explained:
        """What the space explains of scenery that no fit has seen, for one factor."""

        def space(geometry: Geometry) -> Space:
            return self.space(kind, geometry, encode, ratio, like)

        def make() -> Explained:
            return Explained(*fidelity_at(zoom, space, encode, ratio))

        def find() -> Explained:
            # Of these very fits: others may have taken their place on disk.
            fits = [
                self.fit(kind, key, encode, ratio)
                for key in SPACES[kind].keys(Geometry(8, 8, (zoom,)))
            ]
            return self._found(Explained, make, (kind, zoom, ratio, fits))

        return self._once((kind, zoom, "fidelity"), find)

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def _found(self, what: type[Any], make: Callable[[], Any], of: tuple[Any, ...]) -> Any:
        """What this code made of that before, or makes of it now."""
        if self._on_disk is None:
            return make()
        of = (*of, recipe_code())
        return self._get(what, of) or self._put(make(), of)

    def _get(self, what: type[Any], of: tuple[Any, ...]) -> Any:
        if self._on_disk:
            return self._on_disk.shelf.get(what, self._on_disk.autoencoder, *of)
        return None

    def _put(self, value: Any, of: tuple[Any, ...]) -> Any:
        if self._on_disk:
            self._on_disk.shelf.put(value, self._on_disk.autoencoder, *of)
        return value


@lru_cache(maxsize=1)
def recipe_code() -> str:
    """A fingerprint of all code that a fit depends on: another code, another fit."""
    package = Path(__file__).parents[1]
    files = sorted(file for part in ("spaces", "linear") for file in (package / part).rglob("*.py"))
    return fingerprint([file.read_bytes() for file in files])
