"""Deep zooms: time for a level must not depend on how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch

from ..host import loaded
from ..line import Line
from ..settings import Bench
from ..turns import in_turns, ratio, spread

DEPTHS = (16, 64, 133)  # 133 levels at p = 2 magnify by 10^40
SIDE = 128
LINEAR = 1.1


@torch.inference_mode()
def depth(bench: Bench) -> Iterator[Line]:
    """Sampling 16, 64 and 133 levels: time for a level, over that of the shallowest."""
    works = {}
    for levels in DEPTHS:
        trial, at = loaded(bench, levels)
        latent = trial.empty(at, SIDE)
        works[str(levels)] = partial(trial.joint, at, latent, bench.sizes.deep_steps)
    found = in_turns(works, max(3, bench.sizes.turns // 2), bench.device)
    first = DEPTHS[0]
    for levels in DEPTHS[1:]:
        took = spread([s.own for s in found[str(levels)]]).written(1)
        yield Line(
            "depth",
            f"{levels} levels: time for a level over that of {first}",
            ratio(found[str(levels)], found[str(first)], scale=levels / first),
            most=LINEAR,
            details=f"{SIDE}², {bench.sizes.deep_steps} steps, space auto: {took} s",
        )
