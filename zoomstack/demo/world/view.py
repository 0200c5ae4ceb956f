"""Pictures of a scene: the painters, wide to deep."""

from __future__ import annotations

import numpy as np

from .cell import paint_cells, paint_nucleus
from .leaf import paint_leaf, paint_leaves
from .planet import paint_planet
from .region import Region
from .scene import Scene
from .space import paint_galaxy, paint_system
from .style import styled
from .wood import paint_crown, paint_forest

# Each painter with the octaves at which it shows: below, it is smaller than a pixel; above, what
# comes after it fills the region.
PAINTERS = (
    (paint_galaxy, -9.0, 7.8),
    (paint_system, -1.0, 7.8),
    (paint_planet, 0.0, 13.8),
    (paint_forest, 10.5, 19.5),
    (paint_crown, 14.0, 19.5),
    (paint_leaves, 15.8, 23.5),
    (paint_leaf, 18.0, 27.5),
    (paint_cells, 22.4, 40.0),
    (paint_nucleus, 24.0, 40.0),
)


def view(
    scene: Scene, octave: float, size: int = 256, shift: tuple[float, float] = (0.0, 0.0)
) -> np.ndarray:
    """The region of ``scene`` at magnification ``2 ** octave``, (size, size, 3) float32 in [0, 1].

    It lies round the scene's deepest point, moved by ``shift`` (x, y) in sides: one octave deeper
    shows the middle half, drawn finer.
    """
    region = Region(scene, octave, size, shift)
    for paint, first, last in PAINTERS:
        if first <= octave <= last:
            paint(region)
    return styled(np.clip(region.canvas, 0, 1), scene.words["style"]).astype(np.float32, copy=False)
