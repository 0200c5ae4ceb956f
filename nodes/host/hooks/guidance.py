"""Levels that are guided by a cfg of their own, in the calls of the model that they share.

| hook | job |
|---|---|
| PREDICT_NOISE, innermost | say what guides each level in this call: ``guided`` |
| CALC_COND_BATCH | leave out what a level at cfg 1 has no use for, as the host does: ``asked`` |
| others' functions around CFG | called for levels of one cfg at a time: ``apart`` |
| function after CFG, the first | the host's own formula, level by level: ``_after`` |

A guider's ``cfg`` is a number, which the host hands on as ``cond_scale``. Where all levels have the
same it is set for the call, as the host's CFG Override does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .install import LEVELS
from .listeners import POST_CFG
from .refused import refuse_guider
from .site import LevelsRun

# In a run's options: its ``Guidance``; in those of a call, the ``Guided`` of its levels.
GUIDANCE = f"{LEVELS}_guidance"
_GUIDED = f"{LEVELS}_guided"

_ALWAYS = "disable_cfg1_optimization"  # of the host: whether cfg 1, too, needs the unconditional

Conds = Sequence[Any]


class Part(NamedTuple):
    """Levels that are guided alike: their rows, and whether the unconditional is asked for them."""

    rows: tuple[int, ...]
    cfg: float
    whole: bool


class Guided(NamedTuple):
    """What guides the levels of one call."""

    parts: tuple[Part, ...]
    scale: Tensor  # (N, 1, ...), where the call's pictures are

    def told(self, args: dict[str, Any], part: Part) -> dict[str, Any]:
        """A function's arguments, which are all levels' still, with what is known of a part."""
        told = {**args, "cond_scale": part.cfg}
        if not part.whole:  # as the host tells of what it has not asked for
            for name in ("uncond", "input_uncond"):
                if isinstance(args.get(name), list):
                    told[name] = None
            if "conds" in args:
                told["conds"] = _bare(args["conds"])
        return told


class Guidance:
    """The cfg of each of a run's levels; None where it is the sampler's."""

    def __init__(self, cfgs: tuple[float | None, ...]) -> None:
        self._cfgs = cfgs
        self._scales: dict[tuple[Any, ...], Tensor] = {}

    def of(self, row: int, cfg: float) -> float:
        """What a level is guided by where the sampler has ``cfg``."""
        own = self._cfgs[row]
        return cfg if own is None else own

    def alike(self, cfg: float) -> float | None:
        """What guides all levels; None where they differ."""
        each = {self.of(row, cfg) for row in range(len(self._cfgs))}
        return each.pop() if len(each) == 1 else None

    def now(self, cfg: float, x: Tensor, always: bool) -> Guided:
        """For a call with ``x``; ``always``: cfg 1, too, needs the unconditional prediction."""
        each = tuple(self.of(row, cfg) for row in range(len(self._cfgs)))
        parts = tuple(
            Part(tuple(row for row, own in enumerate(each) if own == one), one, whole)
            for one in dict.fromkeys(each)
            for whole in (always or not math.isclose(one, 1.0),)
        )
        key = (each, x.device, x.dtype, x.ndim)
        if key not in self._scales:
            with torch.inference_mode(False):  # for those who take gradients through it
                scale = torch.tensor(each, device=x.device, dtype=x.dtype)
                self._scales[key] = scale.view(-1, *(1,) * (x.ndim - 1))
        return Guided(parts, self._scales[key])


def set_guidance(guider: Any, run: LevelsRun) -> None:
    """Have a run guide its levels by their own numbers, where any has one.

    Raises ``ValueError`` for a guider that has no number which could be a level's own.
    """
    if not run.cfgs:
        return
    refuse_guider(guider, run)
    options = guider.model_options
    options[GUIDANCE] = Guidance(run.cfgs)
    options[POST_CFG] = [_after, *options.get(POST_CFG, [])]


def guided(
    executor: Any, x: Tensor, timestep: Tensor, options: dict[str, Any], seed: Any
) -> Tensor:
    """The guider's prediction, each level guided by its own number."""
    guidance: Guidance | None = options.get(GUIDANCE)
    if guidance is None:
        return executor(x, timestep, options, seed)
    guider = executor.class_obj
    alike = guidance.alike(guider.cfg)
    if alike is not None:
        with by_cfg(guider, alike):
            return executor(x, timestep, options, seed)
    now = guidance.now(guider.cfg, x, bool(options.get(_ALWAYS)))
    return executor(x, timestep, {**options, _GUIDED: now, _ALWAYS: True}, seed)


@contextmanager
def by_cfg(guider: Any, cfg: float) -> Iterator[None]:
    """Have a guider guide by ``cfg`` for one call."""
    before = guider.cfg
    guider.cfg = cfg
    try:
        yield
    finally:
        guider.cfg = before


def guided_in(options: dict[str, Any]) -> Guided | None:
    """What guides the levels of a call one by one; None where all are guided alike."""
    return options.get(_GUIDED)


def asked(
    options: dict[str, Any], conds: Conds, rows: tuple[int, ...]
) -> list[tuple[tuple[int, ...], Conds]]:
    """What is to be asked of the model: some of these rows, and their conditioning.

    As the host, no unconditional prediction where cfg is 1.
    """
    now = guided_in(options)
    if now is None or len(conds) != 2:
        return [(rows, conds)]
    whole = {row for part in now.parts if part.whole for row in part.rows}
    kinds = [
        (tuple(row for row in rows if row in whole), conds),
        (tuple(row for row in rows if row not in whole), _bare(conds)),
    ]
    return [(some, kind) for some, kind in kinds if some]


def _bare(conds: Conds) -> list[Any]:
    return [conds[0], None, *conds[2:]]


def _after(args: dict[str, Any]) -> Tensor:
    """The host's own formula for each level's number, where no function takes its place."""
    options = args["model_options"]
    now = guided_in(options)
    if now is None or "sampler_cfg_function" in options:
        return args["denoised"]
    without, told = args["uncond_denoised"], args["cond_denoised"]
    return without + (told - without) * now.scale
