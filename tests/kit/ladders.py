"""The ladders that the core's laws are stated for: ugly sizes, real factors, moved centres."""

import torch

from zoomstack.scene.geometry import Geometry

ZOOMS = (2.0, 4.0, 3.0, 2.5, 1.7)


def even(zoom: float, levels: int = 4, height: int = 53, width: int = 74) -> Geometry:
    return Geometry(height, width, (zoom,) * (levels - 1))


def mixed(height: int = 63, width: int = 54) -> Geometry:
    return Geometry(
        height,
        width,
        zooms=(2.0, 3.5, 1.7, 2.5),
        focus=((0.37, 0.5), (0.6, 0.45), (0.5, 0.37), (0.71, 0.66)),
    )


LADDERS = [*map(even, ZOOMS), mixed()]
NAMES = [*(f"p={zoom:g}" for zoom in ZOOMS), "mixed"]


def noise(g, seed=0, dtype=torch.float64, channels=2):
    """White noise for every level of a geometry, the same on every machine."""
    generator = torch.Generator().manual_seed(seed)
    shape = (g.levels, channels, g.height, g.width)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def pictures(g, seed=0, channels=3):
    """Grains of all values in [0, 1] for every level of a geometry."""
    generator = torch.Generator().manual_seed(seed)
    shape = (g.levels, channels, g.height, g.width)
    return torch.rand(shape, generator=generator, dtype=torch.float64)
