"""The wrappers that record a MODEL's answers, so that a run that broke off can go on.

| hook | job |
|---|---|
| OUTER_SAMPLE | say what the run is of, and delete its record when it is done |
| PREDICT_NOISE | the final prediction, recorded or from the record |

They go outside of all others: see ``install.ORDER``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import torch
from comfy.patcher_extension import WrappersMP
from torch import Tensor

from ....zoomstack.files.fingerprint import fingerprint
from ....zoomstack.files.recording import Recording
from ..jobs import log
from .install import LEVELS, RECORD, wrapped
from .listeners import listeners, overheard, tell

if TYPE_CHECKING:
    from comfy.model_patcher import ModelPatcher

SAMPLES = 8  # of each weight, to tell models apart


def record(
    model: ModelPatcher, folder: str, inputs: Mapping[str, str], say: Callable[[str], None]
) -> ModelPatcher:
    """A clone of ``model`` whose answers are recorded in ``folder`` while it is sampled.

    ``inputs`` are fingerprints of what the run is of beyond what a sampler is told: see
    ``Recording``.
    """

    def outer_sample(executor: Any, *args: Any, **kwargs: Any) -> Tensor:
        guider = executor.class_obj
        if "easycache" in guider.model_options.get("transformer_options", {}):
            log.warning(
                "EasyCache and LazyCache remember what a checkpoint does not hold: this run has "
                "none. Remove that node to have one."
            )
            return executor(*args, **kwargs)
        recording = Recording(folder, {**inputs, **_inputs(guider, *args)}, say)
        guider.model_options[RECORD] = recording
        try:
            output = executor(*args, **kwargs)
        except BaseException:
            recording.keep()  # also of a cancelled run
            raise
        recording.finish()
        return output

    wrappers = {WrappersMP.OUTER_SAMPLE: outer_sample, WrappersMP.PREDICT_NOISE: _predict_noise}
    return wrapped(model, RECORD, wrappers)


def weights(patcher: ModelPatcher) -> str:
    """A fingerprint of a model, by a few numbers of each weight and all that is patched."""
    # A patched weight is changed once the model is loaded: it is known by its patches.
    patched = patcher.patches
    held = patcher.model.state_dict()
    return fingerprint(
        {name: _some(weight) for name, weight in held.items() if name not in patched}, patched
    )


def _inputs(
    guider: Any,
    noise: Tensor,
    latent: Tensor,
    sampler: Any,
    sigmas: Tensor,
    mask: Tensor | None = None,
    callback: Any = None,
    disable_pbar: bool = False,
    seed: int | None = None,
) -> dict[str, str]:
    """Fingerprints of all that a sampler is told; conditioning without what is drawn per run."""
    conds = {
        side: [{k: v for k, v in entry.items() if k != "uuid"} for entry in entries]
        for side, entries in guider.conds.items()
    }
    function = getattr(sampler, "sampler_function", sampler)
    name = getattr(function, "__name__", type(function).__name__)
    return {
        "seed": fingerprint(seed, noise),
        "latent": fingerprint(latent, mask),
        "sampler": fingerprint(name, getattr(sampler, "extra_options", None)),
        "steps": fingerprint(sigmas),
        "cfg": fingerprint(getattr(guider, "cfg", None)),
        "conditioning": fingerprint(conds),
        "model": weights(guider.model_patcher),
        "device": fingerprint(torch.__version__, str(guider.model_patcher.load_device.type)),
    }


def _some(weight: Tensor) -> tuple[Any, ...]:
    about = str(weight.dtype), tuple(weight.shape)
    if weight.is_meta or not weight.numel():
        return about
    flat = weight.detach().reshape(-1)
    return *about, flat[:: -(-len(flat) // SAMPLES)].clone()


def _predict_noise(
    executor: Any, x: Tensor, timestep: Tensor, model_options: Any = None, seed: Any = None
) -> Tensor:
    """The final prediction of all other wrappers, or the one on record."""
    options = model_options or {}
    recording: Recording | None = options.get(RECORD)
    if recording is None:
        return executor(x, timestep, model_options, seed)
    # What listens for the unconditional prediction hears what is recorded as well.
    listening = listeners(executor.class_obj, options)

    def ask() -> tuple[Tensor, ...]:
        answer = told()
        if LEVELS in options:
            options[LEVELS].check()  # what is no number must not be on record
        return answer

    def told() -> tuple[Tensor, ...]:
        if not listening:
            return (executor(x, timestep, model_options, seed),)
        return overheard(executor, x, timestep, options, seed)

    answer = [part.to(x.device) for part in recording.answer(fingerprint(x, timestep), ask)]
    if listening:
        tell(listening, answer[0], answer[1])
    return answer[0]
