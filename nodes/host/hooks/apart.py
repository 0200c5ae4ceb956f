"""Others' guidance that knows one picture alone: given a level at a time, as if sampled alone.

| what it does | so |
|---|---|
| takes numbers over all rows of a batch, or asks whether a tensor of them is true | the function is called a level at a time |
| remembers the attention of the last call; a guider that takes numbers over all rows | all of the prediction is made a level at a time: innermost in PREDICT_NOISE |
| remembers the first call for all later ones | refused where levels do not share a call |
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .install import APART, LEVELS
from .listeners import POST_CFG, listeners, overheard, tell
from .site import LevelsRun

# In a call's options: the one level that it is of. Without it, it is of all.
ALONE = f"{LEVELS}_alone"
# In a run's options: whether the unconditional prediction is coupled, for the cfg_pp samplers.
CFG_PP = f"{LEVELS}_cfg_pp"

# By the node or class that makes them: the first part of a function's qualified name.
OVER_ROWS = (
    "RenormCFG", "TemporalScoreRescaling", "Mahiro", "PerpNeg", "SkipLayerGuidanceDiT",
)  # fmt: skip
OF_LAST_CALL = ("SelfAttentionGuidance",)
_GUIDERS_OVER_ROWS = ("Guider_PerpNeg",)
_OF_FIRST_CALL = ("KV_Attn_Input",)  # Flux KV Cache
_OF_LAST_STEP = ("APG",)
_ASKED_OF_ROWS = "Boolean value of Tensor with more than one value"

Function = Callable[[dict[str, Any]], Any]


def set_apart(guider: Any, run: LevelsRun) -> None:
    """Have the guidance of a run's own options know one level at a time, where it must.

    Raises ``ValueError`` for two patches that cannot both be right.
    """
    options = guider.model_options
    for kind in ("sampler_pre_cfg_function", POST_CFG):
        options[kind] = [_each(function, run.levels) for function in options.get(kind, [])]
    if "sampler_cfg_function" in options:
        options["sampler_cfg_function"] = _each(options["sampler_cfg_function"], run.levels)
    remembering = patch_of_last_call(options)
    if remembering or type(guider).__name__ in _GUIDERS_OVER_ROWS:
        stepping = _made_by(_OF_LAST_STEP, options.get("sampler_pre_cfg_function", []))
        if stepping:
            raise ValueError(
                f"{remembering or 'Perp-Neg Guider'} needs one level at a time, and {stepping} "
                "remembers the last step of all; remove one of them."
            )
        options[APART] = True
        run.most = 1


def patch_of_last_call(options: dict[str, Any]) -> str:
    """The node that remembers the attention of the model's last call, or nothing."""
    return _made_by(OF_LAST_CALL, options.get(POST_CFG, []))


def refuse_parts(options: dict[str, Any], conds: Any, what: str, cure: str) -> None:
    """Raise ``ValueError`` where a call of but some of the ``what`` would be given another's."""
    patches = options.get("transformer_options", {}).get("patches", {})
    cached = any(_made_by(_OF_FIRST_CALL, functions) for functions in patches.values())
    entries = (entry for entries in conds for entry in entries or [])
    if cached and any("ref_latents" in entry.get("model_conds", {}) for entry in entries):
        raise ValueError(
            "Flux KV Cache keeps the reference images of one call for all later ones, but the "
            f"{what} do not share a call; remove that node, or {cure}."
        )


def predict_apart(
    executor: Any, x: Tensor, timestep: Tensor, model_options: Any = None, seed: Any = None
) -> Tensor:
    """The guider's prediction, a level at a time where it must be; innermost of its wrappers."""
    options = model_options or {}
    if not options.get(APART):
        return executor(x, timestep, model_options, seed)
    run: LevelsRun = options[LEVELS]
    listening = listeners(executor.class_obj, options)
    answers = []
    for level in range(run.levels):
        rows = slice(level, level + 1)
        alone = {**options, ALONE: level, CFG_PP: False}
        if listening:
            answers.append(overheard(executor, x[rows], timestep[rows], alone, seed))
        else:
            answers.append((executor(x[rows], timestep[rows], alone, seed),))
    whole = [torch.cat(parts) for parts in zip(*answers, strict=True)]
    if listening:
        tell(listening, whole[0], run.couple(whole[1]) if options.get(CFG_PP) else whole[1])
    return whole[0]


def _each(function: Function, levels: int) -> Function:
    """``function``, a level at a time where it must be; found out where it is not known."""
    at_a_time = _maker(function) in OVER_ROWS

    def each(args: dict[str, Any]) -> Any:
        nonlocal at_a_time
        if len(args["input"]) != levels or levels == 1:
            return function(args)
        if not at_a_time:
            try:
                return function(args)
            except RuntimeError as error:
                if _ASKED_OF_ROWS not in str(error):
                    raise
            at_a_time = True
        parts = [function(_of_level(args, level)) for level in range(levels)]
        if isinstance(parts[0], Tensor):
            return torch.cat(parts)
        return [torch.cat(of_kind) for of_kind in zip(*parts, strict=True)]

    each.__qualname__ = getattr(function, "__qualname__", type(function).__name__)
    return each


def _of_level(args: dict[str, Any], level: int) -> dict[str, Any]:
    levels = len(args["input"])

    def cut(value: Any) -> Any:
        if isinstance(value, Tensor) and value.shape[:1] == (levels,):
            return value[level : level + 1]
        return [cut(part) for part in value] if isinstance(value, list) else value

    options = {**args["model_options"], ALONE: level}
    return {**{name: cut(value) for name, value in args.items()}, "model_options": options}


def _maker(function: Any) -> str:
    return getattr(function, "__qualname__", type(function).__name__).split(".")[0]


def _made_by(makers: tuple[str, ...], functions: Any) -> str:
    return next((name for name in map(_maker, functions) if name in makers), "")
