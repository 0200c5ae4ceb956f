"""One blend and render against moving its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.fx.experimental.proxy_tensor import make_fx

from ....joint.blend import blend
from ....joint.render import render
from ....scene.geometry import Geometry
from ..line import Line
from ..settings import Bench
from ..turns import in_turns, ratio, spread

LEVELS, MOVES = 16, 6


def fuse(bench: Bench) -> Iterator[Line]:
    """16 levels against reading and writing them six times: no host-device copies, no waste."""
    side = bench.sizes.fused
    geometry = Geometry(side, side, (2.0,) * (LEVELS - 1))
    generator = torch.Generator(bench.device).manual_seed(0)
    shape = (LEVELS, 3, side, side)
    views = torch.rand(shape, device=bench.device, generator=generator)
    copy = torch.empty_like(views)

    def move() -> None:
        for _ in range(MOVES):
            copy.copy_(views)

    def fused(views: Tensor) -> Tensor:
        return render(blend(views, geometry), geometry)

    works: dict[str, Callable[[], object]] = {"both": lambda: fused(views), "move": move}
    if bench.on_gpu:
        # Traced first, and once it is warm: the compiler sees no kept matrices, and a cold graph
        # would make them anew; in this one they are constants.
        fused(views)
        graph = make_fx(fused)(views)
        compiled = torch.compile(graph, fullgraph=True, mode="reduce-overhead")
        works["compiled"] = lambda: compiled(views)
    # Short work: many turns, of which the median is sure.
    found = in_turns(works, 4 * bench.sizes.turns + 1, bench.device)
    moved, took = (spread([1e3 * s.wall for s in found[name]]) for name in ("move", "both"))
    details = f"{LEVELS} x 3 x {side}²: {took.written(1)} ms against {moved.written(1)} ms"
    # The bar is for a GPU, whose matrices cost nothing beside its memory.
    most = 3.0 if bench.on_gpu else None
    what = f"blend + render over reading and writing the levels {MOVES} times"
    yield Line("fuse", what, ratio(found["both"], found["move"]), most=most, details=details)
    if "compiled" in found:
        value = ratio(found["compiled"], found["move"])
        yield Line("fuse", f"{what}, `torch.compile`d", value, most=most)
