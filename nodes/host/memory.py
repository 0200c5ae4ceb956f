"""How much fits into one model call, and what is said where even one level does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import comfy.model_management as management
import torch
from torch import Tensor

from .jobs import log

if TYPE_CHECKING:
    from comfy.model_patcher import ModelPatcher

T = TypeVar("T")

# Latent pixels of a call, over which a level takes longer on a CPU: malloc keeps no tensor of more
# than 32 MiB, and the kernel has to clear the memory anew. Measured on the demo's model, two steps:
# 16 levels of 32 x 32 take 3.1 s two a call and 3.9 s all at once, 64 of 16 x 16 take 4.6 s eight
# a call and 5.6 s all at once.
QUICK_ON_CPU = 2048


class OutOfMemory(torch.OutOfMemoryError, MemoryError):
    """In the pack's words; the host knows it as torch's own, and unloads its models."""


class Limited(Protocol):
    """What keeps how many it gives to one call of the model."""

    most: int


def affordable(model: ModelPatcher, shape: Any) -> int:
    """As many levels as half of the device's memory takes; the weights get the other half."""
    total: Any = management.get_total_memory(model.load_device)
    required = model.model.memory_required
    return _halved_until(shape[0], lambda most: required([2 * most, *shape[1:]]) <= total / 2)


def fitting(model: Any, x: Tensor, device: torch.device | None = None) -> int:
    """As many levels as the free memory takes, by the host's own estimate and its margin.

    On a CPU no more than are quick. ``device``: the model's, where ``x`` lies on another.
    """
    device = device or x.device
    levels, pixels = x.shape[0], x.shape[-2] * x.shape[-1]
    if device.type == "cpu":
        levels = min(levels, max(1, QUICK_ON_CPU // pixels))
    free = model.current_patcher.get_free_memory(device)
    required = model.memory_required
    return _halved_until(levels, lambda most: required([most, *x.shape[1:]]) * 1.5 < free)


def half(levels: int) -> int:
    """The next smaller number of levels to try: half, rounded up."""
    return (levels + 1) // 2


def _halved_until(levels: int, fits: Callable[[int], bool]) -> int:
    while levels > 1 and not fits(levels):
        levels = half(levels)
    return levels


def raise_unless_out_of_memory(error: Exception) -> None:
    """Raise any other error again, and one that has said its own words."""
    # The host knows a GPU's errors alone.
    of_ram = isinstance(error, MemoryError) or "can't allocate memory" in str(error)
    if isinstance(error, OutOfMemory) or not (of_ram or management.is_oom(error)):
        raise error


@contextmanager
def explained(shape: Any, device: torch.device) -> Iterator[None]:
    """Memory that runs out between a model's calls: for levels of what ``shape``, and the cure."""
    try:
        yield
    except Exception as error:
        raise_unless_out_of_memory(error)
        need = re.search(r"allocate ([\d.]+ \w+)", str(error))
        free: Any = management.get_free_memory(device)
        raise OutOfMemory(
            f"Out of memory between the model's calls, for {shape[0]} levels of {shape[-1]} x "
            f"{shape[-2]} latent pixels: {need[1] if need else 'more'} needed, {free / 2**30:.2f} "
            f"GiB free on {device}. Choose a smaller width and height, fewer levels or, where it "
            "is pixel, another space."
        ) from error


def with_fewer(
    run: Limited, most: int, of: int, what: str, attempt: Callable[[int], T], too_much: str | None
) -> T:
    """``attempt(most)``, each time that memory runs out again with half as many of the ``of``.

    The ``run`` keeps what went. Where even one is ``too_much``, raises ``OutOfMemory`` with those
    words, or, for None, the error as it came.
    """
    while True:
        try:
            return attempt(most)
        except Exception as error:
            raise_unless_out_of_memory(error)
            if most == 1 and too_much is None:
                raise
            if most == 1:
                raise OutOfMemory(too_much) from error
        # Outside of the except block, whose traceback would keep the failed call's tensors alive.
        management.soft_empty_cache()
        most = run.most = half(min(most, of))
        log.warning("Out of memory: going on with %d %s per batch.", most, what)
