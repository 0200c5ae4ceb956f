"""Where the levels of a row meet: the space that a name stands for, on which grid."""

from __future__ import annotations

from ...scene.geometry import Geometry
from ...spaces.choose import SPACES, Kind, automatic
from ..model.settings import RATIO
from .rows import Row


def resolved(name: str, geometry: Geometry) -> str:
    """The space that a name stands for; "auto" as the sampler node chooses with a VAE connected."""
    return automatic(geometry) if name == "auto" else name


def fitted(name: str, geometry: Geometry) -> Kind | None:
    """The fitted space that a name stands for; None for plain latents, pixels or nothing."""
    name = resolved(name, geometry)
    return next((kind for kind in SPACES if kind == name), None)


def noise_space(row: Row, geometry: Geometry) -> str:
    """The space that a row's levels share noise in."""
    name = row.space if row.noise_space == "auto" else row.noise_space
    if name == "small":
        name = "auto"  # the best of latents alone, as in the sampler node
    return fitted(name, geometry) or "latent"


def pixel_grid(geometry: Geometry) -> Geometry:
    """The geometry of latents as that of the pictures they decode to."""
    return geometry.resized(geometry.height * RATIO, geometry.width * RATIO)
