"""How many levels fit into one model call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import comfy.model_management as management
from torch import Tensor

if TYPE_CHECKING:
    from comfy.model_patcher import ModelPatcher


def affordable(model: ModelPatcher, shape: Any) -> int:
    """As many levels as half of the device's memory takes; the weights get the other half."""
    total: Any = management.get_total_memory(model.load_device)
    budget = total / 2
    most = shape[0]
    while most > 1 and model.model.memory_required([2 * most, *shape[1:]]) > budget:
        most = (most + 1) // 2
    return most


def fitting(model: Any, x: Tensor) -> int:
    """As many levels as the free memory takes, by the host's own estimate and its margin."""
    free = model.current_patcher.get_free_memory(x.device)
    most = x.shape[0]
    while most > 1 and model.memory_required([most, *x.shape[1:]]) * 1.5 >= free:
        most = (most + 1) // 2
    return most


def release_after(error: Exception) -> None:
    """Go on after running out of memory; any other error is raised again."""
    management.raise_non_oom(error)


def empty_cache() -> None:
    management.soft_empty_cache()
