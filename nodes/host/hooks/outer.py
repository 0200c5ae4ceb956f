"""OUTER_SAMPLE: what surrounds a whole run of sampling a zoom's levels.

It checks, shares the noise, previews all levels, and settles what a sampler left unfinished.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ....zoomstack.joint.render import seeded
from ...conditioning.levels import check_rows
from ...conditioning.tags import check_tags
from ..vae import load_together
from . import areas
from .apart import CFG_PP, set_apart
from .guidance import set_guidance
from .hints import set_hints
from .install import LEVELS, put_in_order
from .noise import share_noise
from .preview import Preview
from .refused import refuse
from .site import LevelsPlan, LevelsRun, Site


def outer_sample(
    plan: LevelsPlan,
    executor: Any,
    noise: Tensor,
    latent: Tensor,
    sampler: Any,
    sigmas: Tensor,
    denoise_mask: Tensor | None = None,
    callback: Callable[..., None] | None = None,
    disable_pbar: bool = False,
    seed: int | None = None,
    **kwargs: Any,
) -> Tensor:
    """Check, share the noise, show all levels, and settle what a sampler left unfinished."""
    guider = executor.class_obj
    refuse(guider, latent, denoise_mask, kwargs.get("latent_shapes"))
    site = Site(guider.model_patcher, tuple(noise.shape), sigmas, guider.conds)
    check_tags(guider.conds, noise.shape[0])
    check_rows(guider.conds, noise.shape[0])
    run = plan.start(site)
    guider.conds = areas.given(guider.conds, site.shape, site.device)
    guider.model_options[LEVELS] = run
    put_in_order(guider.model_options)
    if not run.alone:
        set_apart(guider, run)
        set_hints(guider.model_options, run)
    set_guidance(guider, run)
    if run.vae is not None:
        load_together(guider.model_patcher, run.vae)
    sharing = run.levels > 1 and run.shares_noise
    if run.seeds and noise.any():
        noise = seeded(noise, run.seeds)
    if sharing:
        noise = run.noise(noise.to(site.device)).to(noise.device)
    if sharing or run.seeds:
        sampler = share_noise(sampler, run, site, seed)
    # Without fresh noise the latent is the noisy one of an earlier stage, and should be shared.
    if sharing and not noise.any() and latent.any():
        run.look(site.process_in(latent.to(site.device, torch.float32)))
    if not run.alone and noise.any() and latent.any() and denoise_mask is None:
        settled = run.settle(site.process_in(latent.to(site.device, torch.float32)))
        latent = site.process_out(settled).to(latent)
    preview = callback if callback is None or run.alone else Preview(callback, run, site)
    _mark_cfg_pp(guider.model_options, sampler)
    # Asked before sampling: uni_pc writes into the sigmas it is given.
    clean = float(sigmas[-1]) == 0 and denoise_mask is None
    output = executor(
        noise, latent, sampler, sigmas, denoise_mask, preview, disable_pbar, seed, **kwargs
    )
    if isinstance(preview, Preview):
        preview.finish()
    run.finish()
    if not run.alone and clean and run.ends_coupled():
        output = _settled(run, site, output)
    if clean:
        run.end(site.process_in(output.to(site.device, torch.float32)))
    return output


def _settled(run: LevelsRun, site: Site, output: Tensor) -> Tensor:
    """A few samplers (dpm_fast, dpm_adaptive, uni_pc) end a little off their last prediction."""
    before = site.process_in(output.to(site.device, torch.float32))
    after = run.settle(before)
    if (after - before).abs().max() <= 1e-5 * before.std():
        return output
    return site.process_out(after).to(output)


def _mark_cfg_pp(options: dict[str, Any], sampler: Any) -> None:
    function = getattr(sampler, "sampler_function", None)
    options[CFG_PP] = "cfg_pp" in getattr(function, "__name__", "")
