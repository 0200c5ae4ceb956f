"""The photo in closed form against the paper's gradient steps."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ....joint.anchor import PhotoAnchor
from ....scene.geometry import Geometry
from ....spaces.fitting.leaves import dead_leaves
from ....spaces.pairs import disagreement
from ....spaces.plain import as_space
from ..line import Line
from ..settings import Bench
from ..turns import Spread, in_turns, ratio, spread

LEVELS, ADAM_STEPS = 8, 5
CHANNELS, RATIO = 16, 8  # of the demo model's latents


def anchored(bench: Bench) -> Iterator[Line]:
    """``exact`` over ``adam``, the time and what is left, in latents (by default) and in pictures.

    Latents are stood in for by pictures of their size and number of channels.
    """
    side = bench.sizes.fused
    pictures = dead_leaves(LEVELS + 1, side, side, seed=1).to(bench.device)
    side = bench.sizes.sampled // RATIO
    latents = dead_leaves(CHANNELS * (LEVELS + 1), side, side, seed=2).to(bench.device)[:, 0]
    yield from _compared(bench, latents.unflatten(0, (-1, CHANNELS)), "latents")
    yield from _compared(bench, pictures, "pictures")


def _compared(bench: Bench, pictures: Tensor, where: str) -> Iterator[Line]:
    photo, views = pictures[0], pictures[1:]
    height, width = views.shape[2:]
    geometry = Geometry(height, width, (2.0,) * (LEVELS - 1))
    exact = PhotoAnchor(photo)
    adam = PhotoAnchor(photo, solver="adam", steps=ADAM_STEPS)
    works = {
        "adam": lambda: adam(views, geometry),
        "exact": lambda: exact(views, geometry),
    }
    found = in_turns(works, bench.sizes.turns, bench.device)
    ways = ("adam", "exact")
    took = [spread([1e3 * s.wall for s in found[name]]).written(1) for name in ways]
    left = [residual(anchor(views, geometry), photo, geometry) for anchor in (adam, exact)]
    size = " x ".join(map(str, views.shape))
    yield Line(
        "anchor",
        f"photo anchor in {where}: {ADAM_STEPS} Adam steps over exact, time",
        ratio(found["adam"], found["exact"]),
        least=10.0,
        digits=1,
        details=f"{size}: {took[0]} ms against {took[1]} ms",
    )
    yield Line(
        "anchor",
        f"photo anchor in {where}: what Adam leaves of the difference over what exact leaves",
        Spread(*[left[0] / left[1]] * 3),
        least=1000.0,
        digits=0,
        details=f"{left[0]:.2g} against {left[1]:.2g}, root mean square",
    )


def residual(views: Tensor, photo: Tensor, geometry: Geometry) -> float:
    """Root mean square of the photo less what the deeper views shrink to, where it shows them."""
    space, errors = as_space(geometry), []
    for level in range(1, geometry.levels):
        link = space.link(0, level)
        if link is not None:
            errors.append(disagreement(photo, views[level], link).flatten())
    # The least that float32 can tell: a perfect solution is no division by zero.
    return max(float(torch.cat(errors).square().mean().sqrt()), 1e-9)
