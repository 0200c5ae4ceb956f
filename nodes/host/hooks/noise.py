"""Noise that a sampler adds as it goes, drawn so that all levels share it.

A level with a seed of its own has that noise of its own which it would have alone with this seed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import comfy.k_diffusion.sampling as k_diffusion
import torch
from comfy.samplers import KSAMPLER
from torch import Tensor

from .. import needs
from ..jobs import log
from .site import LevelsRun, Site

# Of the host's own samplers without a noise_sampler argument, those that draw noise all the same.
_PRIVATE_NOISE = ("sample_ar_video",)
_KNOWN_MODULES = ("comfy.k_diffusion.", "comfy.samplers", "comfy.extra_samplers.")

Draw = Callable[[Tensor, Tensor], Tensor]  # of a step's two noise levels


def share_noise(sampler: Any, run: LevelsRun, site: Site, seed: int | None) -> Any:
    """The sampler, drawing its noise along the way from noise that all levels share."""
    if isinstance(sampler, KSAMPLER):
        needs.held("sampler", sampler)
    function = getattr(sampler, "sampler_function", None)
    name = getattr(function, "__name__", type(sampler).__name__)
    if not isinstance(sampler, KSAMPLER) or function is None:
        _warn_of_private_noise(name)
        return sampler
    accepted = inspect.signature(function).parameters.values()
    if not any(p.name == "noise_sampler" or p.kind is p.VAR_KEYWORD for p in accepted):
        if name in _PRIVATE_NOISE or not function.__module__.startswith(_KNOWN_MODULES):
            _warn_of_private_noise(name)
        return sampler
    if "noise_sampler" in sampler.extra_options:
        _warn_of_private_noise(name)
        return sampler
    sharing = run.levels > 1 and run.shares_noise
    drawn: list[Draw] = []

    def shared(sigma: Tensor, following: Tensor) -> Tensor:
        if not drawn:  # made when first asked: a Brownian tree is not free
            drawn.append(_white(name, site, seed, run.seeds))
        white = drawn[0](sigma, following)
        return run.noise(white) if sharing else white

    # SAMPLER objects are cached by the host: a new one, never a changed one.
    options = {**sampler.extra_options, "noise_sampler": shared}
    return KSAMPLER(sampler.sampler_function, options, sampler.inpaint_options)


def _white(name: str, site: Site, seed: int | None, seeds: tuple[int | None, ...]) -> Draw:
    """The noise that the sampler would have made for itself, and for each level with a seed."""
    like = torch.empty(site.shape, device=site.device)
    whole = _own_noise(name, site, like, seed)
    own = [
        (row, _own_noise(name, site, like[row : row + 1], seed))
        for row, seed in enumerate(seeds)
        if seed is not None
    ]
    if not own:
        return whole

    def draw(sigma: Tensor, following: Tensor) -> Tensor:
        noise = whole(sigma, following).clone()
        for row, drawn in own:
            noise[row : row + 1] = drawn(sigma, following)
        return noise

    return draw


def _own_noise(name: str, site: Site, like: Tensor, seed: int | None) -> Draw:
    """The noise that the sampler would have made for itself, of these rows."""
    # Seeds near 2^64 overflow where the host adds one to them.
    seed = None if seed is None else seed % 2**63
    if "_sde" in name and name.startswith(("sample_dpmpp_",)):
        sigmas = site.sigmas.to(site.device)
        low, high = sigmas[sigmas > 0].min(), sigmas.max()
        on_cpu = not name.endswith("_gpu")
        return k_diffusion.BrownianTreeNoiseSampler(like, low, high, seed=seed, cpu=on_cpu)
    return k_diffusion.default_noise_sampler(like, seed=seed)


def _warn_of_private_noise(name: str) -> None:
    log.warning(
        "The sampler %s may draw noise of its own that levels do not share; where a zoom looks "
        "inconsistent, choose one of KSampler's.",
        name,
    )
