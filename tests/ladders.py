"""The ladders that the core's laws are stated for: ugly sizes, real factors, moved centres."""

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
