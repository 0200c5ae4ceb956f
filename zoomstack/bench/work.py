"""Jobs by several processes of one thread each."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import torch

from .model.model import Model
from .told.sheet import save_strip
from .zooms.finding import Finding
from .zooms.job import Job
from .zooms.operators import Operators
from .zooms.sampling import run

Load = Callable[[], Model]


class Order(NamedTuple):
    """A job, the key of its finding, and where its pictures go."""

    job: Job
    key: str
    picture: Path


class Worker:
    """A model and its operators, loaded once, for any number of jobs."""

    def __init__(self, load: Load) -> None:
        self._model = load()
        self._operators = Operators(self._model)

    def do(self, order: Order) -> Finding:
        """Do a job; its pictures are on the disk before its finding is known."""
        measured, views = run(order.job, self._model, self._operators)
        save_strip(views, order.picture)
        return {"key": order.key, "row": order.job.row.name, "seed": order.job.seed, **measured}


def do_all(orders: Sequence[Order], load: Load, processes: int) -> Iterator[Finding]:
    """The findings of all orders, as they come. ``load`` can be pickled where ``processes`` > 1.

    One process works in this one, with as many threads as torch takes.
    """
    processes = min(processes, len(orders))
    if processes <= 1:
        worker = Worker(load) if orders else None
        yield from (worker.do(order) for order in orders if worker)
        return
    # Two threads of one process wait for each other; two processes do not (and spawn, because
    # a fork of a process that has used threads may never wake).
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes, _begin, (load,)) as pool:
        yield from pool.imap_unordered(_do, orders)


_worker: Callable[[], Worker] | None = None


def _begin(load: Load) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends the others
    torch.set_num_threads(1)
    # Loaded by the first job, whose error is told: one in here would start another process, and
    # so on for ever.
    _worker = cache(partial(Worker, load))


def _do(order: Order) -> Finding:
    assert _worker is not None
    return _worker().do(order)


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
