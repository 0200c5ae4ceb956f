"""The wrappers and the one function that couple a MODEL's levels, and what they hang on.

| hook | job |
|---|---|
| OUTER_SAMPLE | check, share the noise, preview all levels, settle what is unfinished: ``outer`` |
| PREPARE_SAMPLING | plan memory for the levels of one call |
| SAMPLER_SAMPLE | give each level's areas their own opposites; note what a noise mask keeps |
| PREDICT_NOISE, outermost | the final prediction of any guider, made one scene |
| PREDICT_NOISE, innermost | a level at a time, where others' guidance needs it: ``apart`` |
| CALC_COND_BATCH | each level's prompt to its rows, in as few calls as memory allows: ``devices`` |
| pre-CFG function | couple the unconditional prediction too, for the cfg_pp samplers |
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from comfy.patcher_extension import WrappersMP
from torch import Tensor

from ...conditioning.levels import level_by_level
from .. import memory, needs
from ..jobs import check_interrupted
from ..layout import check_pictures
from . import areas
from .apart import ALONE, CFG_PP, predict_apart, refuse_parts
from .devices import Devices, planned
from .guidance import asked
from .hints import with_hints
from .install import APART, LEVELS, wrapped
from .kept import Kept, couple_around, keep
from .outer import outer_sample
from .rows import telling_rows
from .site import LevelsPlan, LevelsRun

if TYPE_CHECKING:
    from comfy.model_patcher import ModelPatcher

# What lets all levels share a call.
_ONE_CALL = "give prompts of like length, set levels_per_batch to 0, and choose a size that fits"


def install_levels(model: ModelPatcher, plan: LevelsPlan) -> ModelPatcher:
    """A clone of ``model`` whose levels are sampled together, by any guider and any sampler.

    Raises ``ValueError`` for a model of which no zoom can be made.
    """

    def around(executor: Any, noise: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        guider = executor.class_obj
        needs.held("guider", guider)
        needs.held("network", guider.model_patcher.model)
        with memory.explained(tuple(noise.shape), guider.model_patcher.load_device):
            return outer_sample(plan, executor, noise, *args, **kwargs)

    wrappers = {
        WrappersMP.OUTER_SAMPLE: around,
        WrappersMP.PREPARE_SAMPLING: _prepare_sampling,
        WrappersMP.SAMPLER_SAMPLE: _sampler_sample,
        WrappersMP.PREDICT_NOISE: _predict_noise,
        WrappersMP.CALC_COND_BATCH: _calc_cond_batch,
    }
    clone = wrapped(model, LEVELS, wrappers)
    check_pictures(clone)
    clone = wrapped(clone, APART, {WrappersMP.PREDICT_NOISE: predict_apart})
    options: dict[str, Any] = clone.model_options
    before = [f for f in options.get("sampler_pre_cfg_function", []) if f is not _pre_cfg]
    options["sampler_pre_cfg_function"] = [*before, _pre_cfg]
    return clone


def _prepare_sampling(
    executor: Any, model: ModelPatcher, noise_shape: Any, conds: Any, *args: Any, **kwargs: Any
) -> Any:
    """Plan memory for the levels of one call, not for all: else weights are offloaded for them."""
    run: LevelsRun | None = (kwargs.get("model_options") or {}).get(LEVELS)
    if run is not None:
        # Never more than all levels: see ``LevelsRun.most`` and ``memory.affordable``.
        most = planned(model, noise_shape, kwargs["model_options"], run.most)
        noise_shape = torch.Size((most, *noise_shape[1:]))
    return executor(model, noise_shape, conds, *args, **kwargs)


def _sampler_sample(
    executor: Any,
    guider: Any,
    sigmas: Tensor,
    extra_args: dict[str, Any],
    callback: Any,
    noise: Tensor,
    latent: Tensor | None = None,
    denoise_mask: Tensor | None = None,
    *args: Any,
    **kwargs: Any,
) -> Tensor:
    """Give each level's areas their own opposites, and note what a noise mask keeps.

    The host has just taken all levels for one.
    """
    options = extra_args["model_options"]
    run: LevelsRun | None = options.get(LEVELS)
    if run is not None:
        guider.conds = areas.ready(guider.conds, run.levels)
        if latent is not None and denoise_mask is not None:
            keep(options, Kept(latent, denoise_mask, guider, sigmas))
    return executor(
        guider, sigmas, extra_args, callback, noise, latent, denoise_mask, *args, **kwargs
    )


def _predict_noise(
    executor: Any, x: Tensor, timestep: Tensor, model_options: Any = None, seed: Any = None
) -> Tensor:
    """The final prediction of any guider, made one scene."""
    run: LevelsRun | None = (model_options or {}).get(LEVELS)
    if run is None:
        return executor(x, timestep, model_options, seed)
    run.begin(timestep)
    prediction = executor(x, timestep, model_options, seed)
    return couple_around(run, prediction, timestep, model_options)


def _pre_cfg(args: dict[str, Any]) -> list[Tensor]:
    """The cfg_pp samplers step along the unconditional prediction: couple it as well."""
    options = args["model_options"]
    run: LevelsRun | None = options.get(LEVELS)
    if run is None or run.alone or not options.get(CFG_PP):
        return args["conds_out"]
    sigma = args["sigma"]
    return [couple_around(run, part, sigma, options) for part in args["conds_out"]]


def _calc_cond_batch(
    executor: Any, model: Any, conds: Any, x: Tensor, timestep: Tensor, model_options: Any
) -> list[Any]:
    """Each level its own prompt, in as few calls as memory allows."""
    run: LevelsRun | None = model_options.get(LEVELS)
    if run is None or run.alone:
        return executor(model, conds, x, timestep, model_options)

    everyone = tuple(range(run.levels))
    devices = Devices.of(model_options, conds, x)

    def ready(conds: Any, rows: Sequence[int]) -> dict[str, Any]:
        if len(rows) < run.levels:
            refuse_parts(model_options, conds, "levels", _ONE_CALL)
        shown = run.rows.named(rows)
        told = telling_rows(model_options, shown, of=run.rows.of)
        return with_hints(told, shown[0])

    def call(conds: Any, part: Tensor, sigma: Tensor, rows: Sequence[int]) -> list[Tensor]:
        check_interrupted()
        return executor(model, conds, part, sigma, ready(conds, rows))

    def attempt(most: int) -> list[Any]:
        if run.most:
            run.router.forget(run.most)
        rows = model_options.get(ALONE, everyone)
        parts = asked(model_options, conds, rows)
        if devices:
            ask = partial(executor, model)
            return devices.level_by_level(
                ask, ready, run.router, most, parts, x, timestep, run.sigma
            )
        return level_by_level(run.router, most, call, parts, x, timestep, run.sigma)

    return memory.with_fewer(
        run,
        devices.most(len(x), run.most) if devices else run.most or memory.fitting(model, x),
        of=run.levels,
        what="levels",
        attempt=attempt,
        too_much=f"Out of memory with one level of {x.shape[-1]} x {x.shape[-2]} latent pixels per "
        "call; choose a smaller width and height.",
    )
