"""Others' guidance that knows one picture alone: given a level at a time, as if sampled alone.

| what it does | so |
|---|---|
| takes numbers over all rows of a batch, or asks whether a tensor of them is true | the function is called a level at a time |
| is handed a number that levels have of their own, cfg | the function is called for levels of one cfg at a time |
| remembers the attention of the last call; a guider that takes numbers over all rows | all of the prediction is made a level at a time: innermost in PREDICT_NOISE |
| remembers the first call for all later ones | refused where levels do not share a call |
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor

from ...conditioning.control import rows_of
from .guidance import GUIDANCE, Guidance, by_cfg, guided, guided_in
from .install import APART, LEVELS
from .listeners import POST_CFG, listeners, overheard, tell
from .site import LevelsRun

# In a call's options: the rows that it is of, a tuple. Without it, it is of all.
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
_OURS = f"{__package__}."

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


def keeps_first_call(options: dict[str, Any], conds: Any) -> bool:
    """Whether what one call of the model was shown is kept for all later ones."""
    patches = options.get("transformer_options", {}).get("patches", {})
    cached = any(_made_by(_OF_FIRST_CALL, functions) for functions in patches.values())
    entries = (entry for entries in conds for entry in entries or [])
    return cached and any("ref_latents" in entry.get("model_conds", {}) for entry in entries)


def refuse_parts(options: dict[str, Any], conds: Any, what: str, cure: str) -> None:
    """Raise ``ValueError`` where a call of but some of the ``what`` would be given another's."""
    if keeps_first_call(options, conds):
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
        return guided(executor, x, timestep, options, seed)
    run: LevelsRun = options[LEVELS]
    guider, guidance = executor.class_obj, options.get(GUIDANCE)
    listening = listeners(executor.class_obj, options)
    answers = []
    for level in range(run.levels):
        rows = slice(level, level + 1)
        alone = {**options, ALONE: (level,), CFG_PP: False}
        with _guiding(guider, guidance, level):
            if listening:
                answers.append(overheard(executor, x[rows], timestep[rows], alone, seed))
            else:
                answers.append((executor(x[rows], timestep[rows], alone, seed),))
    whole = [torch.cat(parts) for parts in zip(*answers, strict=True)]
    if listening:
        tell(listening, whole[0], run.couple(whole[1]) if options.get(CFG_PP) else whole[1])
    return whole[0]


def _guiding(guider: Any, guidance: Guidance | None, row: int) -> AbstractContextManager[None]:
    """A level's own number, for a call of it alone."""
    return nullcontext() if guidance is None else by_cfg(guider, guidance.of(row, guider.cfg))


def _each(function: Function, levels: int) -> Function:
    """``function``, a level at a time where it must be, or for levels of one cfg; found out where
    it is not known.
    """
    at_a_time = _maker(function) in OVER_ROWS
    if (getattr(function, "__module__", None) or "").startswith(_OURS):
        return function  # ours know of levels, and are of all

    def each(args: dict[str, Any]) -> Any:
        if len(args["input"]) != levels or levels == 1:
            return function(args)
        now, everyone = guided_in(args["model_options"]), tuple(range(levels))
        if now is None:
            return answer(args, everyone)
        if _maker(function) in _OF_LAST_STEP:  # of all levels: it takes a cfg for each
            return answer({**args, "cond_scale": now.scale}, everyone)
        parts = [(part.rows, answer(now.told(args, part), part.rows)) for part in now.parts]
        return _joined(parts)

    def answer(args: dict[str, Any], rows: tuple[int, ...]) -> Any:
        """Of these rows."""
        nonlocal at_a_time
        if not at_a_time:
            try:
                return function(args if len(rows) == levels else _of_rows(args, rows))
            except RuntimeError as error:
                if _ASKED_OF_ROWS not in str(error):
                    raise
            at_a_time = True
        return _joined(
            [((place,), function(_of_rows(args, (row,)))) for place, row in enumerate(rows)]
        )

    each.__qualname__ = getattr(function, "__qualname__", type(function).__name__)
    return each


def _of_rows(args: dict[str, Any], rows: tuple[int, ...]) -> dict[str, Any]:
    levels = len(args["input"])

    def cut(value: Any) -> Any:
        if isinstance(value, Tensor) and value.shape[:1] == (levels,):
            return rows_of(value, rows)
        return [cut(part) for part in value] if isinstance(value, list) else value

    options = {**args["model_options"], ALONE: rows}
    return {**{name: cut(value) for name, value in args.items()}, "model_options": options}


def _joined(parts: list[tuple[tuple[int, ...], Any]]) -> Any:
    """What was answered for some rows each, a tensor or a list of them, for all in their order."""
    if isinstance(parts[0][1], Tensor):
        found = {
            row: answer[place : place + 1]
            for rows, answer in parts
            for place, row in enumerate(rows)
        }
        return torch.cat([found[row] for row in sorted(found)])
    rows, kinds = [rows for rows, _ in parts], zip(*(answer for _, answer in parts), strict=True)
    return [_joined([*zip(rows, of_kind, strict=True)]) for of_kind in kinds]


def _maker(function: Any) -> str:
    return getattr(function, "__qualname__", type(function).__name__).split(".")[0]


def _made_by(makers: tuple[str, ...], functions: Any) -> str:
    return next((name for name in map(_maker, functions) if name in makers), "")
