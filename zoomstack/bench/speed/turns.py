"""Timing side by side: the candidates take turns, so that a busy moment hits them all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch


class Seconds(NamedTuple):
    """What a piece of work took.

    ``wall`` is by the clock on the wall. ``own`` is this process's work on its processors, all
    threads together, which a busy machine does not stretch; of a GPU nobody knows it, and it is
    ``wall``.
    """

    wall: float
    own: float


class Spread(NamedTuple):
    """A median and the quartiles around it."""

    median: float
    low: float
    high: float

    def written(self, digits: int = 2) -> str:
        if self.low == self.high:
            return f"{self.median:.{digits}f}"
        return f"{self.median:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def spread(values: Sequence[float]) -> Spread:
    """Of at least one number."""
    low, median, high = np.percentile(values, (25, 50, 75))
    return Spread(float(median), float(low), float(high))


def seconds(work: Callable[[], object], device: torch.device) -> Seconds:
    """What ``work`` takes, all that it started on a GPU included."""
    _wait(device)
    wall, own = time.perf_counter(), time.process_time()
    work()
    _wait(device)
    wall, own = time.perf_counter() - wall, time.process_time() - own
    return Seconds(wall, own if device.type == "cpu" else wall)


def in_turns(
    works: Mapping[str, Callable[[], object]], turns: int, device: torch.device, warm: bool = True
) -> dict[str, list[Seconds]]:
    """Each candidate's times, one a turn; the order is turned round in every other turn.

    ``warm``: all run once before, which fills caches and is not counted.
    """
    if warm:
        for work in works.values():
            work()
    found: dict[str, list[Seconds]] = {name: [] for name in works}
    for turn in range(turns):
        for name in [*works][:: -1 if turn % 2 else 1]:
            found[name].append(seconds(works[name], device))
    return found


def ratio(a: Sequence[Seconds], b: Sequence[Seconds], by: str = "own", scale: float = 1) -> Spread:
    """How many times as long ``a`` takes as ``b``, turn by turn, over ``scale``."""
    pairs = zip(a, b, strict=True)
    return spread([getattr(x, by) / getattr(y, by) / scale for x, y in pairs])


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
