"""The wrappers that denoise a MODEL's pictures in windows, and let them follow a smaller picture.

| hook | job |
|---|---|
| OUTER_SAMPLE | check, and tell models that ask for it the size of a window |
| PREPARE_SAMPLING | plan memory for the windows of one call |
| PREDICT_NOISE | the guider's prediction, following that of a smaller picture |
| CALC_COND_BATCH | window by window, each with its part of the conditioning |

They go inside those of a zoom's levels, which are coupled after them: see ``install.ORDER``.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import torch
from comfy.patcher_extension import WrappersMP
from torch import Tensor

from ...conditioning.windows import in_one_window, window_by_window
from .. import memory, needs
from ..gradients import training
from ..jobs import check_interrupted
from .apart import CFG_PP, patch_of_last_call, refuse_parts
from .hints import set_windows
from .install import LEVELS, WINDOWS, put_in_order, wrapped
from .keyframes import keyframes_at
from .rows import telling_rows
from .site import Site, WindowsPlan, WindowsRun

if TYPE_CHECKING:
    from comfy.model_patcher import ModelPatcher


def install_windows(model: ModelPatcher, plan: WindowsPlan) -> ModelPatcher:
    """A clone of ``model`` that is sampled in windows, by any guider and any sampler."""

    def outer_sample(executor: Any, noise: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return _outer_sample(plan, executor, noise, *args, **kwargs)

    wrappers = {
        WrappersMP.OUTER_SAMPLE: outer_sample,
        WrappersMP.PREPARE_SAMPLING: _prepare_sampling,
        WrappersMP.PREDICT_NOISE: _predict_noise,
        WrappersMP.CALC_COND_BATCH: _calc_cond_batch,
    }
    return wrapped(model, WINDOWS, wrappers)


def _outer_sample(
    plan: WindowsPlan, executor: Any, noise: Tensor, *args: Any, **kwargs: Any
) -> Tensor:
    guider = executor.class_obj
    needs.held("guider", guider)
    needs.held("network", guider.model_patcher.model)
    if kwargs.get("latent_shapes") is not None and len(kwargs["latent_shapes"]) > 1:
        raise ValueError("Packed latents of several kinds have no windows; use an image model.")
    sigmas = args[2] if len(args) > 2 else kwargs["sigmas"]
    run = plan.start(Site(guider.model_patcher, tuple(noise.shape), sigmas, guider.conds))
    guider.model_options[WINDOWS] = run
    put_in_order(guider.model_options)
    if len(run.windows.all) > 1:
        set_windows(guider.model_options, run)
        remembering = patch_of_last_call(guider.model_options)
        if remembering:
            raise ValueError(
                f"{remembering} remembers the attention of one call, but the picture is denoised "
                f"in {len(run.windows.all)} windows; remove that node, or set tile_size to 0."
            )
        height, width = run.windows.tile
        for entry in (entry for entries in guider.conds.values() for entry in entries):
            # SDXL is told the size of its picture, in eighths whatever the model: a window's.
            entry.setdefault("width", width * 8)
            entry.setdefault("height", height * 8)
    return executor(noise, *args, **kwargs)


def _prepare_sampling(
    executor: Any, model: ModelPatcher, noise_shape: Any, conds: Any, *args: Any, **kwargs: Any
) -> Any:
    """Plan memory for the windows of one call, not for the picture."""
    run: WindowsRun | None = (kwargs.get("model_options") or {}).get(WINDOWS)
    if run is None:
        return executor(model, noise_shape, conds, *args, **kwargs)
    shape = _of_windows(run, noise_shape)
    most = run.most * noise_shape[0] or memory.affordable(model, shape)
    shape = torch.Size((min(shape[0], max(most, noise_shape[0])), *shape[1:]))
    # Weights moved to a device in inference mode would stop gradients.
    with torch.inference_mode(False) if run.differentiates else nullcontext():
        return executor(model, shape, conds, *args, **kwargs)


def _predict_noise(
    executor: Any, x: Tensor, timestep: Tensor, model_options: Any = None, seed: Any = None
) -> Tensor:
    """The guider's prediction, following that of a smaller picture."""
    run: WindowsRun | None = (model_options or {}).get(WINDOWS)
    if run is None:
        return executor(x, timestep, model_options, seed)
    # What is not the whole picture is no zoom's level to couple.
    aside = {**model_options, CFG_PP: False}

    def denoise(part: Tensor, sigma: Tensor) -> Tensor:
        return executor(part, sigma, model_options if part.shape == x.shape else aside, seed)

    def show(part: Tensor, sigma: Tensor) -> Tensor:
        with training():
            return executor(part, sigma, aside, seed)

    return run.predict(denoise, show, x, timestep)


def _calc_cond_batch(
    executor: Any, model: Any, conds: Any, x: Tensor, timestep: Tensor, model_options: Any
) -> list[Any]:
    """Window by window, as many to a call as memory allows."""
    run: WindowsRun | None = model_options.get(WINDOWS)
    if run is None:
        return executor(model, conds, x, timestep, model_options)
    view = run.view(x)
    if view.whole:
        return executor(model, conds, x, timestep, model_options)

    def call(conds: Any, part: Tensor, sigma: Tensor, rows: Sequence[int]) -> list[Tensor]:
        check_interrupted()
        refuse_parts(model_options, conds, "windows", "set tile_size to 0")
        told = telling_rows(model_options, rows, of=len(x))
        if view.sigma is None:
            return executor(model, conds, part, sigma, told)
        own = torch.full_like(sigma, view.sigma)
        with keyframes_at(own, conds, model.current_patcher, sigma, told):
            return executor(model, conds, part, sigma, told)

    if view.only:
        return in_one_window(run.cutter, view, call, conds, x, timestep)
    like = x.new_empty(()).expand(_of_windows(run, x.shape))
    height, width = view.windows.tile
    takes_fewer_levels = len(x) > 1 and LEVELS in model_options
    return memory.with_fewer(
        run,
        run.most or max(memory.fitting(model, like) // len(x), 1),
        of=len(view.windows.all),
        what="windows",
        attempt=lambda most: window_by_window(run.cutter, view, most, call, conds, x, timestep),
        too_much=None
        if takes_fewer_levels
        else f"Out of memory with one window of {width} x {height} latent pixels per call; choose "
        "a smaller tile_size.",
    )


def _of_windows(run: WindowsRun, shape: Any) -> tuple[int, ...]:
    return (shape[0] * len(run.windows.all), *shape[1:-2], *run.windows.tile)
