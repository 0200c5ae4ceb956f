"""RePaint in any of the host's samplers: each of its steps taken back and done again."""

from __future__ import annotations

from typing import Any

import torch
from comfy.patcher_extension import WrappersMP
from comfy.samplers import KSAMPLER
from torch import Tensor

from ....zoomstack.joint.denoise import Mix
from ....zoomstack.paint.edit.repaint import renoise, repaint
from ..jobs import check_interrupted
from .install import wrapped

REPAINT = "zoomstack_repaint"
# These read a whole schedule and go their own way through it: a step alone is nothing to them.
_WHOLE = ("dpm_fast", "dpm_adaptive", "unipc")


def repainting(model: Any, resamplings: int) -> Any:
    """A clone of ``model`` whose every step, in any sampler, is repeated ``resamplings`` times."""

    def outer_sample(
        executor: Any, noise: Tensor, latent: Tensor, sampler: Any, *args: Any, **kwargs: Any
    ) -> Tensor:
        return executor(noise, latent, _repainting(sampler, resamplings), *args, **kwargs)

    return wrapped(model, REPAINT, {WrappersMP.OUTER_SAMPLE: outer_sample})


def _repainting(sampler: Any, resamplings: int) -> Any:
    function = getattr(sampler, "sampler_function", None)
    name = getattr(function, "__name__", type(sampler).__name__)
    if not isinstance(sampler, KSAMPLER) or any(whole in name for whole in _WHOLE):
        raise ValueError(
            f"The sampler {name} cannot be taken back step by step; set resamplings to 0, or "
            "choose another, such as ddim."
        )
    return KSAMPLER(
        lambda *args, **kwargs: _sample(sampler.sampler_function, resamplings, *args, **kwargs),
        sampler.extra_options,
        sampler.inpaint_options,
    )


def _sample(
    function: Any,
    resamplings: int,
    model: Any,
    x: Tensor,
    sigmas: Tensor,
    extra_args: dict[str, Any],
    callback: Any = None,
    disable: Any = None,
    **options: Any,
) -> Tensor:
    """The sampler ``function``, one step at a time.

    Samplers that remember earlier steps begin anew at each. The noise of each call has a seed of
    its own: else a sampler would draw the same again and again.
    """
    sampling = model.inner_model.inner_model.model_sampling
    one = torch.ones(())
    mixes = [
        Mix(
            float(sampling.noise_scaling(sigma, 0 * one, one.clone())),
            float(sampling.noise_scaling(sigma, one.clone(), 0 * one)),
        )
        for sigma in sigmas.cpu()
    ]
    seed = int(extra_args.get("seed") or 0) % 2**62
    generator = torch.Generator().manual_seed(seed)
    calls = 0

    def advance(x: Tensor, step: int) -> Tensor:
        nonlocal calls
        check_interrupted()
        calls += 1

        def tell(state: dict[str, Any]) -> None:
            if callback is not None:
                callback({**state, "i": step})

        return function(
            model,
            x,
            sigmas[step : step + 2].clone(),
            extra_args={**extra_args, "seed": seed + calls},
            callback=tell,
            disable=True,
            **options,
        )

    def back(x: Tensor, step: int) -> Tensor:
        fresh = torch.randn(x.shape, generator=generator).to(x)
        return renoise(x, fresh, mixes[step + 1], mixes[step])

    return repaint(x, len(sigmas) - 1, resamplings, advance, back)
