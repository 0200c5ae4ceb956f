"""Training in several processes on one machine, one thread each."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch.multiprocessing.spawn import spawn


def together(work: Callable[..., None], processes: int, *arguments: Any) -> None:
    """Call ``work(*arguments)`` in every one of ``processes``; with one, here, as it is.

    They find each other through gloo, so this is for training on the CPU.
    """
    if processes <= 1:
        _flushed(work, arguments)
        return
    os.environ["OMP_NUM_THREADS"] = "1"  # for the children: they read it as they start
    with tempfile.TemporaryDirectory() as folder:
        meeting = Path(folder, "meeting").as_uri()
        spawn(_one, (processes, meeting, work, arguments), nprocs=processes, daemon=True)


def _one(
    rank: int, processes: int, meeting: str, work: Callable[..., None], arguments: tuple[Any, ...]
) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=processes)
    try:
        _flushed(work, arguments)
    finally:
        dist.destroy_process_group()


def _flushed(work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """Call ``work`` with subnormal numbers taken for zero: a CPU is many times slower with them."""
    torch.set_flush_denormal(True)
    try:
        work(*arguments)
    finally:
        torch.set_flush_denormal(False)  # others in this process may want them
