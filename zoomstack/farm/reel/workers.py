"""Who makes the parts: a way to do a function for each item, results in the items' order.

``processes`` are this machine's, ``over_ray`` those of a Ray that this process is connected to.
Either ends a worker's death with another one for that item alone: what others have made is kept.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Lock, local
from types import FrameType
from typing import Any, Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

TRIES = 3  # for an item whose worker dies; one that raises is told at once


class Map(Protocol):
    """``map``, done by others: what ``function`` raises is raised where its result is due."""

    def __call__(
        self, function: Callable[[Item], Result], items: Sequence[Item]
    ) -> Iterator[Result]: ...


def processes(workers: int, tries: int = TRIES) -> Map:
    """``workers`` processes of this machine. One that dies takes no other's work with it.

    Function, items and results must be what pickle takes. Where the iterator is closed, or an item
    fails, those that run are ended. An item whose process dies ``tries`` times is a
    ``RuntimeError``.
    """

    def mapped(function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        crew = Crew(tries)
        pool = ThreadPoolExecutor(workers, "zoomstack-part")
        try:
            yield from pool.map(partial(crew.do, function), items)
        finally:
            crew.dismiss()
            pool.shutdown(cancel_futures=True)

    return mapped


def over_ray(cores: int = 1, tries: int = TRIES) -> Map:
    """Tasks of ``cores`` cores each of the Ray that this process is connected to.

    What a function writes must lie where all machines see it.
    """

    def mapped(function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        ray: Any = import_module("ray")
        task = ray.remote(num_cpus=cores, max_retries=tries - 1)(_called)
        waiting = [task.remote(function, item) for item in items]
        try:
            while waiting:
                yield ray.get(waiting[0])
                waiting.pop(0)
        finally:
            for one in waiting:
                ray.cancel(one, force=True)

    return mapped


def _called(function: Callable[[Item], Result], item: Item) -> Result:
    return function(item)


class Crew:
    """A process for each thread that has work done by it, and a new one where that dies."""

    def __init__(self, tries: int) -> None:
        self._tries, self._dismissed = tries, False
        self._of = local()
        self._all: set[BaseProcess] = set()
        self._lock = Lock()

    def do(self, function: Callable[[Item], Result], item: Item) -> Result:
        """``function(item)`` by this thread's process."""
        code: int | None = None
        for _ in range(self._tries):
            process, calls = self._hired()
            try:
                calls.send((function, item))
                done, answer = calls.recv()
            except (EOFError, ConnectionError):
                code = self._lost(process, calls)
                continue
            if not done:
                raise answer
            return answer
        raise RuntimeError(
            f"The process for {item} ended {self._tries} times without an answer ({_said(code)}). "
            "If memory ran out, give fewer --workers; what others have made is kept."
        )

    def dismiss(self) -> None:
        """End all processes; none is begun any more."""
        with self._lock:
            self._dismissed = True
        for process in self._all:
            process.terminate()
            process.join()

    def _hired(self) -> tuple[BaseProcess, Connection]:
        hired = getattr(self._of, "hired", None)
        if hired:
            return hired
        context = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
        calls, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with theirs, self._lock:
            if self._dismissed:
                raise RuntimeError("The workers were dismissed.")
            process.start()
            self._all.add(process)
        self._of.hired = process, calls
        return process, calls

    def _lost(self, process: BaseProcess, calls: Connection) -> int | None:
        calls.close()
        process.join()
        self._of.hired = None
        return process.exitcode


def _serve(calls: Connection) -> None:
    """Answer calls until whoever makes them is gone."""
    # Ctrl-C reaches all of a terminal's processes; who started us ends us, and says so once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _ended)  # so that no half of a file stays
    with suppress(EOFError, ConnectionError):
        while True:
            function, item = calls.recv()
            try:
                answer = True, function(item)
            except Exception as error:
                answer = False, error
            calls.send(answer)


def _ended(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _said(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    return f"signal {-code}, {signal.Signals(-code).name}"
