"""Who makes the parts: a way to do a function for each item, results in the items' order.

``processes`` are this machine's, ``over_ray`` those of a Ray that this process is connected to.
Either ends a worker's death with another one for that item alone: what others have made is kept.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Lock
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
    """``workers`` processes at once, a new one for each item, so that one that dies takes no other.

    Function, items and results must be what pickle takes. Where the iterator is closed, or an item
    fails, those that run are ended. A worker that dies ``tries`` times is a ``RuntimeError``.
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
    """Processes, one an item, that can all be ended at once."""

    def __init__(self, tries: int) -> None:
        self._tries, self._dismissed = tries, False
        self._running: set[BaseProcess] = set()
        self._lock = Lock()

    def do(self, function: Callable[[Item], Result], item: Item) -> Result:
        """``function(item)`` in a process of its own, and in another one where that dies."""
        code: int | None = None
        for _ in range(self._tries):
            process, answers = self._begun(function, item)
            with answers:
                try:
                    done, answer = answers.recv()
                except EOFError:
                    done, answer = None, None
            process.join()
            self._running.discard(process)
            if done is False:
                raise answer
            if done:
                return answer
            code = process.exitcode
        raise RuntimeError(
            f"The process for {item} ended {self._tries} times without an answer ({_said(code)}). "
            "If memory ran out, give fewer --workers; what others have made is kept."
        )

    def _begun(self, function: Callable[[Any], Any], item: Any) -> tuple[BaseProcess, Connection]:
        context = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
        answers, send = context.Pipe(duplex=False)
        process = context.Process(target=_answer, args=(send, function, item), daemon=True)
        with send, self._lock:
            if self._dismissed:
                raise RuntimeError("The workers were dismissed.")
            process.start()
            self._running.add(process)
        return process, answers

    def dismiss(self) -> None:
        """End those that run; none is begun any more."""
        with self._lock:
            self._dismissed = True
        for process in [*self._running]:
            process.terminate()


def _answer(send: Connection, function: Callable[[Item], Any], item: Item) -> None:
    # Ctrl-C reaches all of a terminal's processes; who started us ends us, and says so once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        answer = True, function(item)
    except Exception as error:
        answer = False, error
    with send:
        send.send(answer)


def _said(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    return f"signal {-code}, {signal.Signals(-code).name}"
