"""Memory: of films by their length, of model calls by their levels, of zooms by their depth."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import pairwise

import torch

from ....film.encode import encode
from ....film.encode.ahead import look_ahead
from ....film.frames import FrameRenderer
from ....film.path import Path
from ....film.planes import PlaneRenderer
from ..host import loaded
from ..line import Line
from ..peak import MIB, peak
from ..settings import Bench
from ..turns import Spread
from .depth import DEPTHS, SIDE
from .film import FPS, zoom
from .sampled import FEW

FILM_BAR, DEPTH_BAR, GIB = 1.05, 8.0, 2**30
# What an allocator rounds up, over the levels' own share.
PROPORTION, SLACK = 1.25, 0.05


def films(bench: Bench) -> Iterator[Line]:
    """A long film takes no more memory than a short one."""
    counts = bench.sizes.long
    found = [peak(torch.device("cpu"), film_of, bench, count) for count in counts]
    width, height = bench.sizes.kept
    yield Line(
        "films",
        f"memory of a film of {counts[1]} frames over one of {counts[0]}",
        exactly(found[1].most / found[0].most),
        most=FILM_BAR,
        details=f"{width} x {height}: {_mib(found[1].most)} against {_mib(found[0].most)}",
    )


def calls(bench: Bench) -> Iterator[Line]:
    """Fewer levels a model call, less memory: in proportion, over what one level takes."""
    every = bench.sizes.levels
    found = {most: peak(bench.device, sampling, bench, most) for most in (*FEW, every)}
    size = f"{every} levels of {bench.sizes.sampled}², {bench.model} model"
    for most in FEW:
        yield Line(
            "calls",
            f"`levels_per_batch` {most}: memory over one level a call, of all levels' at once",
            exactly(found[most].added / found[every].added),
            most=PROPORTION * (most - 1) / (every - 1) or SLACK,
            details=f"{size}: {_mib(found[most].added)} against {_mib(found[every].added)}",
        )


def depths(bench: Bench) -> Iterator[Line]:
    """Sampling 16, 64 and 133 levels: what each level adds, and all of the process."""
    found = {levels: peak(bench.device, deep, bench, levels) for levels in DEPTHS}
    low, middle, high = (found[levels].most for levels in DEPTHS)
    slopes = [
        (b - a) / (n - m)
        for (a, b), (m, n) in zip(((low, middle), (middle, high)), pairwise(DEPTHS), strict=True)
    ]
    yield Line(
        "depths",
        f"memory of a level between {DEPTHS[1]} and {DEPTHS[2]} over between {DEPTHS[0]} and "
        f"{DEPTHS[1]}",
        exactly(slopes[1] / slopes[0]),
        details=", ".join(f"{n} levels: {_mib(p.most)}" for n, p in found.items()),
    )
    yield Line(
        "depths",
        f"memory of sampling {DEPTHS[-1]} levels, ComfyUI and all",
        exactly(high / GIB),
        "GiB",
        most=DEPTH_BAR,
        details=f"{SIDE}², {bench.sizes.deep_steps} steps",
    )


def film_of(bench: Bench, count: int) -> Callable[[], None]:
    stack, geometry = zoom(4, 256)
    width, height = bench.sizes.kept
    planes = PlaneRenderer(FrameRenderer(stack, geometry, height, width))

    def work() -> None:
        path = Path(geometry.zooms, FPS, duration=count / FPS)
        with closing(look_ahead(planes.render, path)) as frames:
            encode(io.BytesIO(), frames, FPS)

    return work


def sampling(bench: Bench, most: int) -> Callable[[], object]:
    trial, at = loaded(bench, bench.sizes.levels)
    latent = trial.empty(at, bench.sizes.sampled)
    run = partial(trial.joint, at, latent, 1, space="latent", levels_per_batch=most)
    with torch.inference_mode():
        # A first run loads the model; of one level a call it can take no more than the others.
        trial.joint(at, latent, 1, space="latent", levels_per_batch=1)
    return torch.inference_mode()(run)


def deep(bench: Bench, levels: int) -> Callable[[], object]:
    trial, at = loaded(bench, levels)
    latent = trial.empty(at, SIDE)
    return torch.inference_mode()(partial(trial.joint, at, latent, bench.sizes.deep_steps))


def exactly(value: float) -> Spread:
    """A number that was measured once."""
    return Spread(value, value, value)


def _mib(size: int) -> str:
    return f"{size / MIB:.0f} MiB"
