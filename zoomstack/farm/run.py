"""A farm from its jobs file to its report."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

from ..headless.run import serving
from ..setup.console import note, say
from ..setup.errors import FAILED, OK, BadInput, CommandError, Unreachable
from . import report
from .deal import Dealt, deal
from .jobs import Job, Jobs
from .ledger import Ledger
from .options import checked
from .servers import ServerWorker
from .stop import until_told
from .watch import Board
from .worker import Guest


def farm(options: argparse.Namespace) -> int:
    """Make the zooms of a jobs file that are not made; prints where the report is."""
    jobs = checked(options)
    for line in jobs.left_out:
        note(line)
    with Ledger(options.output) as ledger:
        if options.retry:
            ledger.forgive(jobs.jobs)
        left = _left(jobs, ledger)
        dealt = Dealt([], [], {})
        try:
            if left:
                dealt = _dealt(options, left, ledger, len(jobs.jobs))
        finally:
            lines = report.lines(jobs.jobs, ledger, dealt.open)
            files = report.write(lines, options.output, options.workflow.stem)
    for file in files:
        say(str(file))
    wrong = [line for line in lines if line.state != "done"]
    for line in wrong:
        note(f"{line.job.folder} is {line.state}: {line.words}".rstrip(": "))
    note(f"{len(lines) - len(wrong)} of {len(lines)} zooms are in {options.output}")
    return FAILED if wrong else OK


def _left(jobs: Jobs, ledger: Ledger) -> list[Job]:
    """The jobs that are neither done nor known to fail."""
    left, failed = [], 0
    for job in jobs.jobs:
        failure = ledger.failure(job)
        if failure and failure.final:
            failed += 1
        elif not ledger.result(job):
            left.append(job)
    done = len(jobs.jobs) - len(left) - failed
    if done:
        note(f"{done} of {len(jobs.jobs)} jobs are done already")
    if failed:
        note(f"{failed} jobs failed before and are left out; --retry tries them again")
    return left


def _dealt(options: argparse.Namespace, jobs: list[Job], ledger: Ledger, total: int) -> Dealt:
    async def by(guests: Sequence[Guest]) -> Dealt:
        ready = await met(guests, jobs)
        with Board(ready, total, total - len(jobs)) as board:
            return await deal(jobs, ready, ledger, board)

    async def on(*servers: ServerWorker) -> Dealt:
        async with AsyncExitStack() as stack:
            return await by([await stack.enter_async_context(each) for each in servers])

    if options.ray is not None:
        from .cluster.start import cluster

        with cluster(options, ledger.hidden) as workers:
            return until_told(by(workers))
    if options.server:
        return until_told(on(*map(ServerWorker, options.server)))
    with serving(options) as url:
        return until_told(on(ServerWorker(url, "this machine", checkpoints=True)))


async def met(workers: Sequence[Guest], jobs: Sequence[Job]) -> list[Guest]:
    """The workers that can do any of the jobs; the others are named, with what they lack.

    Raises ``Unreachable`` where none answers, ``BadInput`` where none has what it takes.
    """
    answers = await asyncio.gather(*(one.meet(jobs) for one in workers), return_exceptions=True)
    ready: list[Guest] = []
    lines, silent = [], True
    for worker, answer in zip(workers, answers, strict=True):
        if isinstance(answer, CommandError):
            lines.append(f"{worker.name} is left out: {answer}")
        elif isinstance(answer, BaseException):
            raise answer
        elif all(worker.lacks(job) for job in jobs):
            silent = False
            lines.append(f"{worker.name} is left out: {worker.lacks(jobs[0])}")
        else:
            note(f"ComfyUI {worker.version} at {worker.name}")
            ready.append(worker)
    if not ready:
        raise (Unreachable if silent else BadInput)("\n".join(lines))
    for line in lines:
        note(line)
    return ready
