"""Noise that a sampler adds as it goes, drawn so that all levels share it."""

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
    drawn: list[Callable[..., Tensor]] = []

    def shared(sigma: Tensor, following: Tensor) -> Tensor:
        if not drawn:  # made when first asked: a Brownian tree is not free
            drawn.append(_own_noise(name, site, seed))
        return run.noise(drawn[0](sigma, following))

    # SAMPLER objects are cached by the host: a new one, never a changed one.
    options = {**sampler.extra_options, "noise_sampler": shared}
    return KSAMPLER(sampler.sampler_function, options, sampler.inpaint_options)


def _own_noise(name: str, site: Site, seed: int | None) -> Callable[..., Tensor]:
    """The noise that the sampler would have made for itself."""
    like = torch.empty(site.shape, device=site.device)
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
