"""Independent pieces of work, one process each at a time, one thread a process, with a bar."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

from tqdm import tqdm

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def each(
    work: Callable[..., None],
    jobs: Sequence[tuple[Any, ...]],
    processes: int,
    title: str,
    unit: str,
) -> None:
    """Call ``work(*job)`` for every job; with one process, here.

    The first error ends it: what is under way is finished, what is waiting is dropped.
    """
    with tqdm(total=len(jobs), desc=title, unit=unit, disable=not jobs) as bar:
        if processes <= 1:
            for job in jobs:
                work(*job)
                bar.update()
            return
        # A fresh interpreter each: a fork would copy torch's threads in an unknown state. What
        # it reads from the environment has to be there before it starts.
        before = {name: os.environ.get(name) for name in THREADS}
        os.environ.update(dict.fromkeys(THREADS, "1"))
        try:
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(processes, mp_context=context) as pool:
                waiting = [pool.submit(work, *job) for job in jobs]
                try:
                    for done in as_completed(waiting):
                        done.result()
                        bar.update()
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
