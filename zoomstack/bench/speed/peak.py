"""The most memory that a piece of work held, in a process of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import torch

MIB = 2**20


class Peak(NamedTuple):
    """Bytes: what the process held ``before`` the work, and the ``most`` it held during it."""

    before: int
    most: int

    @property
    def added(self) -> int:
        return self.most - self.before


def peak(device: torch.device, prepare: Callable[..., Callable[[], object]], *given: Any) -> Peak:
    """Of the work that ``prepare(*given)`` returns; what it prepares itself does not count.

    On a CPU of a new process's resident memory, on a GPU of what torch allocates there. Raises
    ``BrokenProcessPool`` where that process does not come to an end by itself.
    """
    # Spawned: a fork would begin with all that this process holds. (A Pool would wait for ever for
    # a process that has died, of too little memory say; this raises.)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as pool:
        return pool.submit(_measured, device, torch.get_num_threads(), prepare, given).result()


def _measured(
    device: torch.device, threads: int, prepare: Callable[..., Callable[[], object]], given: Any
) -> Peak:
    torch.set_num_threads(threads)
    work = prepare(*given)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        work()
        return Peak(before, torch.cuda.max_memory_allocated(device))
    before = _restarted()
    work()
    return Peak(before, _resident("VmHWM"))


def _restarted() -> int:
    """Resident bytes now, from which the kernel counts its high-water mark anew."""
    try:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    except OSError:  # not everywhere allowed: then the mark is of the preparation too
        pass
    return _resident("VmRSS")


def _resident(name: str) -> int:
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        import psutil  # no Linux: what is held now stands for the most that was

        return psutil.Process().memory_info().rss
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))
