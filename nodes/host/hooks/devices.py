"""Levels dealt to the copies of a MODEL that the host keeps on several GPUs (MultiGPU CFG Split).

The host splits a call by its entries: the positive here, the negative there, and all levels of it
in both. Here each device is given levels, and both of theirs: by its speed, as the host knows it,
in calls as large as its own memory takes. A call is the host's own for several devices, told of one
of them; it moves there what is asked, and back what is answered. Its threads carry the calls.

What is looked up or kept (prompts merged, a LoRA's keyframes) is done before, where the caller is:
the threads only ask their model. Experimental: never run on two real GPUs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import torch
from torch import Tensor

from ...conditioning.deal import Hand, deal_levels, fair
from ...conditioning.levels import Conds, Group, Router, Rows, joined, shown
from .. import memory
from ..jobs import check_interrupted, log
from .apart import keeps_first_call
from .install import WINDOWS

if TYPE_CHECKING:
    from comfy.model_patcher import ModelPatcher

# The host's, in a run's options: its copies by their device, its threads, and how fast each is.
CLONES, _POOL, _SPEEDS = "multigpu_clones", "multigpu_thread_pool", "multigpu_options"
_MODELS = "multigpu"  # and among a MODEL's additional models, the copies

Asked = Sequence[tuple[Rows, Conds]]
Options = dict[str, Any]
Ask = Callable[[Conds, Tensor, Tensor, Options], list[Tensor]]
Ready = Callable[[Conds, Rows], Options]
T = TypeVar("T")


class Call(NamedTuple):
    """What a device is asked: a group of levels, its pictures and its sigmas, and how."""

    group: Group
    x: Tensor
    sigma: Tensor
    options: Options


def planned(model: ModelPatcher, shape: Any, options: Options, most: int) -> int:
    """Levels of one call that memory is planned for, on each device; ``most`` 0: what it takes."""
    models = [model, *model.get_additional_models_with_key(_MODELS)]
    if len(models) == 1 or WINDOWS in options:
        return most or memory.affordable(model, shape)
    share = fair(shape[0], len(models))
    return min(share, most or min(memory.affordable(one, shape) for one in models))


class Devices:
    """The devices of one call of the host for all its levels."""

    def __init__(self, options: Options, x: Tensor) -> None:
        self._clones: dict[torch.device, ModelPatcher] = options[CLONES]
        self._pool, self._options = options[_POOL], options
        speeds = options.get(_SPEEDS, {})
        self._hands = [
            Hand(
                speeds.get(device, {}).get("relative_speed", 1.0),
                memory.fitting(clone.model, x, device),
            )
            for device, clone in self._clones.items()
        ]

    @classmethod
    def of(cls, options: Options, conds: Conds, x: Tensor) -> Devices | None:
        """Those that levels are dealt to; None where there is one, or where they are not dealt.

        What is not dealt is the host's to split: one level alone, levels that are denoised in
        windows, and what remembers in one call what another was.
        """
        if len(options.get(CLONES, ())) < 2 or _POOL not in options or len(x) < 2:
            return None
        # EasyCache decides in a step's first call whether the others are made.
        easy = getattr(options.get("transformer_options", {}).get("easycache"), "name", "")
        if WINDOWS in options or easy == "EasyCache" or keeps_first_call(options, conds):
            return None
        return cls(options, x)

    def most(self, levels: int, wanted: int) -> int:
        """Levels of the largest call that any of them is given; ``wanted`` 0: as many as fit."""
        largest = wanted or max(hand.most for hand in self._hands)
        return min(fair(levels, len(self._hands)), largest)

    def level_by_level(
        self,
        ask: Ask,
        ready: Ready,
        router: Router,
        most: int,
        asked: Asked,
        x: Tensor,
        timestep: Tensor,
        sigma: Callable[[], float],
    ) -> list[Any]:
        """``conditioning.levels.level_by_level``, on all devices at once.

        ``ask(conds, x, timestep, options)`` is the host's, ``ready(conds, rows)`` are its options.
        An error of any device is raised once all have come to rest, the first one.
        """
        rows = sorted(row for rows, _ in asked for row in rows)
        dealt = deal_levels(router, self._hands, most, asked, sigma)
        self._advance_keyframes([group for groups in dealt for group in groups], timestep)

        def made(device: torch.device, group: Group) -> Call:
            part, sigmas = shown(group, rows, x, timestep)
            options = self._on(device, ready(group.conds, group.levels))
            return Call(group, part, sigmas, options)

        calls = {
            device: [made(device, group) for group in groups]
            for device, groups in zip(self._clones, dealt, strict=True)
            if groups
        }
        told = self._at_once(ask, calls)
        return joined([call.group for call, _ in told], (parts for _, parts in told), rows)

    def _on(self, device: torch.device, options: Options) -> Options:
        """Options for a call of one device, which the host splits no further."""
        one = {name: value for name, value in options.items() if name != _POOL}
        return {**one, CLONES: {device: self._clones[device]}}

    def _advance_keyframes(self, groups: Sequence[Group], timestep: Tensor) -> None:
        """Have a LoRA's strength over time set on all copies: in threads, the first would be."""
        entries = (entry for group in groups for conds in group.conds for entry in conds or [])
        held = (entry.get("hooks") for entry in entries)
        main = next(iter(self._clones.values()))
        for hooks in {id(hooks): hooks for hooks in held if hooks}.values():
            main.prepare_hook_patches_current_keyframe(timestep, hooks, self._options)

    def _at_once(
        self, ask: Ask, calls: dict[torch.device, list[Call]]
    ) -> list[tuple[Call, list[Tensor]]]:
        """Each call with what it was told, device by device."""
        failed: list[torch.device] = []  # in the order of time

        def work(device: torch.device) -> list[list[Tensor]]:
            told = []
            for call in calls[device]:
                if failed:  # nobody waits for the rest
                    break
                try:
                    check_interrupted()
                    told.append(ask(call.group.conds, call.x, call.sigma, call.options))
                except BaseException:
                    failed.append(device)
                    raise
            return told

        for device in calls:
            self._pool.submit(device, _as_here(work), device)
        # Of every device, or what is left of one would be taken for its answer to the next call.
        ended = {device: self._pool.get_result(device) for device in calls}
        errors = {device: error for device, (_, error) in ended.items() if error is not None}
        if errors:
            device = next((device for device in failed if device in errors), next(iter(errors)))
            if isinstance(errors[device], Exception):  # the host's interruption is none
                levels = [call.group.levels for call in calls[device]]
                log.warning("On %s, with rows %s: %r", device, levels, errors[device])
            raise errors[device]
        return [
            (call, parts)
            for device, own in calls.items()
            for call, parts in zip(own, ended[device][0], strict=True)
        ]


def _as_here(function: Callable[..., T]) -> Callable[..., T]:
    """``function`` for another thread, as it would run in this one: torch's modes, and whose."""
    context = copy_context()
    inference, gradients = torch.is_inference_mode_enabled(), torch.is_grad_enabled()

    def run(*args: Any) -> T:
        with torch.inference_mode(inference), torch.set_grad_enabled(gradients):
            return context.run(function, *args)

    return run
