"""Work done ahead of its use by a few threads, in order, with bounded memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


def default_workers() -> int:
    """Threads that keep an encoder busy without crowding it out: 1 to 4."""
    return max(1, min(4, (os.cpu_count() or 1) // 2))


def look_ahead(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int = 0
) -> Generator[Result, None, None]:
    """``map(function, items)`` by ``workers`` threads (0: a few), at most one result each ahead.

    Results come in order; closing the iterator waits for what is under way and starts no more.
    Each worker computes on one thread of its own: several that share torch's would wait for each
    other.
    """
    workers = workers or default_workers()
    pending: deque[Future[Result]] = deque()
    before = torch.get_num_threads()
    pool = ThreadPoolExecutor(workers, "zoomstack", torch.set_num_threads, (1,))
    try:
        for item in items:
            pending.append(pool.submit(function, item))
            if len(pending) > workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        torch.set_num_threads(before)
