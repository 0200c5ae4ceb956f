"""Making a film against encoding it, and how large a piece of its time is ours."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing

import numpy as np
from torch import Tensor

from ....film.encode import encode
from ....film.encode.ahead import look_ahead
from ....film.frames import FrameRenderer
from ....film.path import Path
from ....film.planes import PlaneRenderer
from ....joint.blend import blend
from ....joint.render import render
from ....scene.geometry import Geometry
from ....spaces.fitting.leaves import dead_leaves
from ..line import Line
from ..settings import Bench
from ..turns import in_turns, ratio, spread

LEVELS, SIDE, FPS = 8, 1024, 60.0
BAR = 1.25
FOUR_K = (3840, 2160)


def zoom(levels: int = LEVELS, side: int = SIDE) -> tuple[Tensor, Geometry]:
    """A stack of pictures with edges at every scale, and its geometry."""
    geometry = Geometry(side, side, (2.0,) * (levels - 1))
    return render(blend(dead_leaves(levels, side, side, seed=3), geometry), geometry), geometry


def film(bench: Bench) -> Iterator[Line]:
    """Rendering while libx264 ``medium`` encodes, over encoding alone; then the same in 4K."""
    stack, geometry = zoom()
    stack = stack.to(bench.device)
    for (width, height), count in ((bench.sizes.film, bench.sizes.frames), (FOUR_K, 12)):
        planes = PlaneRenderer(FrameRenderer(stack, geometry, height, width))
        path = Path(geometry.zooms, FPS, duration=count / FPS)
        ready = [planes.render(depth) for depth in path]

        def alone(ready: list[np.ndarray] = ready) -> None:
            encode(io.BytesIO(), ready, FPS)

        def whole(planes: PlaneRenderer = planes, path: Path = path) -> None:
            with closing(look_ahead(planes.render, path)) as frames:
                encode(io.BytesIO(), frames, FPS)

        def rendered(planes: PlaneRenderer = planes, path: Path = path) -> None:
            for depth in path:
                planes.render(depth)

        works = {"alone": alone, "whole": whole, "rendered": rendered}
        found = in_turns(works, max(1, bench.sizes.turns // 2), bench.device, warm=False)
        speed = {
            name: spread([count / s.wall for s in seconds]).written(1)
            for name, seconds in found.items()
        }
        size = f"{width} x {height}"
        what = f"film of {size}, {LEVELS} levels: making it over libx264 medium alone"
        details = f"{count} frames: {speed['whole']} against {speed['alone']} a second"
        value = ratio(found["whole"], found["alone"], by="wall")
        yield Line("film", what, value, most=BAR, details=details)
        what = f"film of {size}: the same by work of all cores, whoever else is busy"
        yield Line("film", what, ratio(found["whole"], found["alone"]), most=BAR)
        share = [s.wall * FPS / count for s in found["rendered"]]
        what = f"film of {size}: frames rendered on one thread, over real time"
        most = 0.1 if bench.on_gpu else None
        yield Line("film", what, spread(share), most=most, details=f"{speed['rendered']} a second")
