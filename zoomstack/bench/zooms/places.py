"""Where the levels of a row meet: the space that a name stands for, on which grid."""

from __future__ import annotations

from ...scene.geometry import Geometry
from ...spaces.choose import SPACES, automatic
from ..model.settings import RATIO
from .rows import Row


def resolved(name: str, geometry: Geometry) -> str:
    """The space that a name stands for; "auto" as the sampler node chooses with a VAE connected."""
    return automatic(geometry) if name == "auto" else name


def noise_space(row: Row, geometry: Geometry) -> str:
    """The space that a row's levels share noise in."""
    name = resolved(row.space if row.noise_space == "auto" else row.noise_space, geometry)
    return name if name in SPACES else "latent"


def pixel_grid(geometry: Geometry) -> Geometry:
    """The geometry of latents as that of the pictures they decode to."""
    return geometry.resized(geometry.height * RATIO, geometry.width * RATIO)
