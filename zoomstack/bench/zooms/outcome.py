"""What sampling a zoom leaves behind, and how long it took."""

from __future__ import annotations

import time
from typing import NamedTuple

import torch
from torch import Tensor


class Outcome(NamedTuple):
    """Pictures (N, 3, H, W) in [0, 1], and how they came about."""

    final: Tensor  # as the sampler gives them, decoded
    alone: Tensor  # the model's last prediction, before the levels met a last time
    photo: Tensor | None  # (3, H, W), where there was one
    seconds: float


def clock(device: torch.device) -> float:
    """Seconds: of this process's own work on a CPU, which a busy machine does not stretch."""
    if device.type == "cpu":
        return time.process_time()
    torch.cuda.synchronize(device)
    return time.perf_counter()
