"""How many levels fit into one model call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import comfy.model_management as management
from torch import Tensor

if TYPE_CHECKING:
    from comfy.model_patcher import ModelPatcher


def affordable(model: ModelPatcher, shape: Any) -> int:
    """As many levels as half of the device's memory takes; the weights get the other half."""
    total: Any = management.get_total_memory(model.load_device)
    required = model.model.memory_required
    return _halved_until(shape[0], lambda most: required([2 * most, *shape[1:]]) <= total / 2)


def fitting(model: Any, x: Tensor) -> int:
    """As many levels as the free memory takes, by the host's own estimate and its margin."""
    free = model.current_patcher.get_free_memory(x.device)
    required = model.memory_required
    return _halved_until(x.shape[0], lambda most: required([most, *x.shape[1:]]) * 1.5 < free)


def half(levels: int) -> int:
    """The next smaller number of levels to try: half, rounded up."""
    return (levels + 1) // 2


def _halved_until(levels: int, fits: Callable[[int], bool]) -> int:
    while levels > 1 and not fits(levels):
        levels = half(levels)
    return levels


def raise_unless_out_of_memory(error: Exception) -> None:
    """Raise any other error again."""
    management.raise_non_oom(error)


def empty_cache() -> None:
    management.soft_empty_cache()
