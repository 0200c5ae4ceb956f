"""Jobs to workers: the least loaded next, and what a gone worker had to another."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

from ..headless.reading import Progress
from .frame import worst_frame
from .jobs import Job
from .ledger import Ledger
from .worker import JobFailed, JobLost, Worker, WorkerGone

POLL_SECONDS = 1.0
LOAD_SECONDS = 10.0  # of silence, after which a worker is as loaded as one can be
DONE, FAILED, AGAIN = "done", "failed", "again"
ELSEWHERE, GIVEN_UP = "elsewhere", "given up"  # by another driver


class Watch(Protocol):
    """Who is told what happens."""

    def begun(self, worker: Worker, job: Job) -> None: ...

    def step(self, worker: Worker, at: Progress) -> None: ...

    def ended(self, worker: Worker, job: Job, verdict: str, words: str) -> None:
        """``verdict`` is DONE, FAILED, AGAIN (another worker gets it), or another driver's:
        ELSEWHERE (done there) or GIVEN_UP (it has failed there)."""

    def gone(self, worker: Worker, words: str) -> None: ...

    def held(self, count: int) -> None:
        """So many jobs are left that other drivers are at."""


class Dealt(NamedTuple):
    """What became of the jobs that were not done before; ``open`` are left, with the reason."""

    done: list[Job]
    failed: list[Job]
    open: dict[str, str]  # by the job's id


async def deal(
    jobs: Sequence[Job], workers: Sequence[Worker], ledger: Ledger, watch: Watch
) -> Dealt:
    """Have all of ``jobs`` made that are not, by whichever of ``workers`` can.

    It ends when each is done, here or by another driver, has failed, or has nobody left to do it.
    Cancelled, it stops what is being made, and leaves it to the next time.
    """
    table = _Table(workers, ledger, watch)
    try:
        return await table.play([*jobs])
    finally:
        await table.clear()


class _Table:
    def __init__(self, workers: Sequence[Worker], ledger: Ledger, watch: Watch) -> None:
        self.free, self.ledger, self.watch = [*workers], ledger, watch
        self.busy: dict[asyncio.Task[None], Worker] = {}
        self.waiting: list[Job] = []
        self.dealt = Dealt([], [], {})

    async def play(self, jobs: list[Job]) -> Dealt:
        self.waiting = jobs
        while self.waiting or self.busy:
            held = await self._hand_out()
            if self.busy:
                wait = POLL_SECONDS if held else None
                await asyncio.wait(self.busy, timeout=wait, return_when="FIRST_COMPLETED")
                await self._gather()
            elif held:  # by other drivers; one of them may die
                await asyncio.sleep(POLL_SECONDS)
        return self.dealt

    async def clear(self) -> None:
        """Stop whoever is still at work."""
        for task in self.busy:
            task.cancel()
        if self.busy:
            await asyncio.gather(*self.busy, return_exceptions=True)

    async def _hand_out(self) -> bool:
        """Give each free worker a job; whether some are left that other drivers have."""
        ready = await self._by_load()
        held, left = 0, []
        for at, job in enumerate(self.waiting):
            if self.busy and not ready:
                left += self.waiting[at:]
                break
            worker = next((one for one in ready if not one.lacks(job)), None)
            everybody = [*self.free, *self.busy.values()]
            if not any(not one.lacks(job) for one in everybody):
                self.dealt.open[job.id] = _nobody(job, everybody)
            elif worker is None:
                left.append(job)
            elif self.ledger.result(job):
                self._say(worker, job, ELSEWHERE, "")
            elif (failure := self.ledger.failure(job)) and failure.final:
                self._say(worker, job, GIVEN_UP, failure.words)
            elif words := self.ledger.in_the_way(job):
                self.dealt.open[job.id] = words
            elif not self.ledger.claim(job):
                held += 1
                left.append(job)
            else:
                ready.remove(worker)
                self.free.remove(worker)
                self.busy[asyncio.create_task(self._do(worker, job))] = worker
        self.waiting = left
        self.watch.held(held)
        return held > 0

    async def _by_load(self) -> list[Worker]:
        """The workers that are free, the least loaded first; those that are gone are left out."""
        asked = [*self.free] if self.waiting else []
        loads = await asyncio.gather(*map(_load, asked))
        for worker, load in zip(asked, loads, strict=True):
            if isinstance(load, WorkerGone):
                self.free.remove(worker)
                self.watch.gone(worker, str(load))
        known = [(load, at) for at, load in enumerate(loads) if not isinstance(load, WorkerGone)]
        return [asked[at] for _, at in sorted(known)]

    async def _gather(self) -> None:
        for task in [task for task in self.busy if task.done()]:
            worker = self.busy.pop(task)
            try:
                await task
            except WorkerGone as error:
                self.watch.gone(worker, str(error))
            else:
                self.free.append(worker)

    async def _do(self, worker: Worker, job: Job) -> None:
        self.watch.begun(worker, job)
        begun = time.monotonic()
        try:
            with self.ledger.filling(job) as (folder, told):
                told.update(
                    await worker.do(job, folder, functools.partial(self.watch.step, worker))
                )
                seconds = round(time.monotonic() - begun, 3)
                frame = await asyncio.to_thread(worst_frame, folder, told.get("files") or [])
                told.update({} if frame is None else {"frame": frame})
                told.update(worker=worker.name, seconds=seconds)
            verdict, words = DONE, f"{told['seconds']:.1f} s"
        except JobFailed as error:
            verdict, words = FAILED, self.ledger.fail(job, str(error)).words
        except (JobLost, WorkerGone) as error:
            failure = self.ledger.fail(job, f"{worker.name}: {error}", lost=True)
            verdict, words = FAILED if failure.final else AGAIN, str(error)
            if failure.final:
                words = f"{failure.lost} workers were lost with it: {words}"
            self._say(worker, job, verdict, words)
            if isinstance(error, WorkerGone):
                raise
            return
        except FileExistsError:
            verdict, words = ELSEWHERE, ""
        finally:
            with suppress(OSError):
                self.ledger.release(job)
        self._say(worker, job, verdict, words)

    def _say(self, worker: Worker, job: Job, verdict: str, words: str) -> None:
        self.watch.ended(worker, job, verdict, words)
        if verdict == AGAIN:
            self.waiting.insert(0, job)
        else:
            failed = verdict in (FAILED, GIVEN_UP)
            (self.dealt.failed if failed else self.dealt.done).append(job)


async def _load(worker: Worker) -> int | WorkerGone:
    try:
        return await asyncio.wait_for(worker.load(), LOAD_SECONDS)
    except WorkerGone as error:
        return error
    except asyncio.TimeoutError:
        return 1 << 30


def _nobody(job: Job, workers: Sequence[Worker]) -> str:
    if not workers:
        return "no worker is left"
    return "; ".join(f"{worker.name}: {worker.lacks(job)}" for worker in workers)
