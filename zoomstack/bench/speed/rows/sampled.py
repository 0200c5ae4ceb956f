"""Joint sampling against plain batched sampling of as many latents, in a real ComfyUI."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor

from ..host import loaded
from ..line import Line
from ..settings import Bench
from ..turns import in_turns, ratio, spread

CPU_BAR, GPU_BAR, PIXEL_BAR = 1.05, 1.02, 1.5
SMALL_BARS = {"sd15": None, "sdxl": 1.3, "flux": 1.1, "demo": 1.5}  # a small autoencoder
FEW = (1, 3)  # levels a model call, against all at once
ALIKE = 1e-5


@torch.inference_mode()
def sampled(bench: Bench) -> Iterator[Line]:
    """ZoomStackSampler over the stock KSampler: same model, steps and batch."""
    trial, at = loaded(bench, bench.sizes.levels)
    latent = trial.empty(at, bench.sizes.sampled)
    run = partial(trial.joint, at, latent, bench.sizes.steps)
    works: dict[str, Callable[[], object]] = {
        "plain": partial(trial.plain, at, latent, bench.sizes.steps),
        "latent": partial(run, space="latent"),
        "small": partial(run, space="small"),
    }
    if at.vae is not None:
        works["fitted"] = partial(run, space="fitted")
    found = [in_turns(works, bench.sizes.turns, bench.device)]
    if at.vae is not None:
        # A round trip through the VAE takes many times as long: fewer turns, and ratios of ten.
        slow = {"plain": works["plain"], "pixel": partial(run, space="pixel", pixel_steps=0)}
        slow["last"] = partial(run, space="pixel")
        found.append(in_turns(slow, max(1, bench.sizes.turns // 4), bench.device, warm=False))
    took = spread([s.own for s in found[0]["plain"]]).written()
    size = f"{bench.model} model, {' x '.join(map(str, latent.shape))} latents"
    details = f"{size}, {bench.sizes.steps} steps of euler: {took} s plain"
    bar = GPU_BAR if bench.on_gpu else CPU_BAR
    titles = {
        "latent": ("in latents", bar),
        "fitted": ("in latents, operators fitted to the VAE", bar),
        "small": ("in pixels through a small autoencoder on every step", SMALL_BARS[bench.model]),
        "pixel": ("in pixels on every step", None),
        "last": ("in pixels by the default schedule, the last step", PIXEL_BAR),
    }
    for name, (where, most) in titles.items():
        what = f"joint sampling over plain sampling, coupled {where}"
        for times in found:
            if name in times:
                value = ratio(times[name], times["plain"])
                yield Line("sampling", what, value, most=most, digits=3, details=details)


@torch.inference_mode()
def batches(bench: Bench) -> Iterator[Line]:
    """``levels_per_batch``: the same levels however many share a call, and what calls cost."""
    trial, at = loaded(bench, bench.sizes.levels)
    latent = trial.empty(at, bench.sizes.sampled)
    kept: dict[int, Tensor] = {}

    def run(most: int) -> None:
        kept[most] = trial.joint(
            at, latent, bench.sizes.steps, space="latent", levels_per_batch=most
        )

    every = bench.sizes.levels
    works = {str(most): partial(run, most) for most in (*FEW, every)}
    found = in_turns(works, bench.sizes.turns, bench.device)
    largest = float(kept[every].abs().max())
    for most in FEW:
        difference = float((kept[most] - kept[every]).abs().max()) / largest
        what = (
            f"`levels_per_batch` {most}: largest difference from all at once, of the largest value"
        )
        yield Line(
            "batches", what, spread([difference / ALIKE]), "e-5", most=1.0,
            details=f"{latent.shape[0]} levels, {bench.sizes.steps} steps",
        )  # fmt: skip
        what = f"`levels_per_batch` {most}: time over all at once"
        yield Line("batches", what, ratio(found[str(most)], found[str(every)]))
