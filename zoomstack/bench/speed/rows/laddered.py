"""Joint sampling against plain sampling by ladder and size, with noise drawn at every step."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch

from ...model.ladders import PATTERNS
from ..host import loaded
from ..line import Line
from ..settings import Bench
from ..turns import in_turns, ratio, spread

# The sampler that draws noise, which the levels must share, as often as it steps.
SAMPLER = "euler_ancestral"
SMALL, SMALL_BAR, BAR = 128, 1.05, 1.1
# By pattern, the operators that serve it best in latents alone.
WHERE = {"p2": "fitted", "p4": "twin", "mixed": "twin"}
TITLES = {"latent": "plain latents", "fitted": "fitted operators", "twin": "the linear twin"}


@torch.inference_mode()
def laddered(bench: Bench) -> Iterator[Line]:
    """ZoomStackSampler over the stock KSampler in latents alone: p = 4, mixed.

    And at p = 2 in small, where a model call costs little. Random weights have no VAE to fit to.
    """
    if bench.model != "demo":
        return
    for pattern, operators in WHERE.items():
        small = pattern == "p2"
        side = min(SMALL, bench.sizes.sampled) if small else bench.sizes.sampled
        trial, at = loaded(bench, bench.sizes.levels, pattern)
        at, latent = at._replace(sampler=SAMPLER), trial.empty(at, side)
        run = partial(trial.joint, at, latent, bench.sizes.steps)
        works = {
            "plain": partial(trial.plain, at, latent, bench.sizes.steps),
            "latent": partial(run, space="latent"),
            operators: partial(run, space=operators),
        }
        # What is quick is told apart from noise by more turns.
        turns = bench.sizes.turns * (2 if small else 1)
        times = in_turns(works, turns, bench.device)
        took = spread([s.own for s in times["plain"]]).written()
        zooms = ", ".join(f"{zoom:g}" for zoom in PATTERNS[pattern].zooms)
        details = f"{side}², {bench.sizes.levels} levels, {SAMPLER}: {took} s plain"
        for name in ("latent", operators):
            what = f"joint over plain sampling at p = {zooms}, coupled in {TITLES[name]}"
            most = (SMALL_BAR if small else BAR) if name == operators else None
            value = ratio(times[name], times["plain"])
            yield Line("ladders", what, value, most=most, digits=3, details=details)
