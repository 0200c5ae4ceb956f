"""What a worker is: whoever can make a zoom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from ..headless.reading import Progress
from ..setup.errors import CommandError, Unreachable
from .jobs import Job

Say = Callable[[Progress], None]


class JobFailed(CommandError):
    """A job that fails for its own reasons; another worker would fail with it too."""


class JobLost(CommandError):
    """A worker that has dropped a job, and can take others."""


class WorkerGone(Unreachable):
    """A worker that does nothing any more; its job goes elsewhere."""


class Worker(Protocol):
    """A ComfyUI somewhere, that makes one zoom at a time."""

    name: str

    def lacks(self, job: Job) -> str:
        """Why it cannot do a job, such as a model that is not there; empty where it can."""
        ...

    async def load(self) -> int:
        """How much it has to do beside what it is given here: 0 where it waits.

        Raises ``WorkerGone``.
        """
        ...

    async def do(self, job: Job, folder: Path, say: Say) -> dict[str, Any]:
        """Fill ``folder`` with what the job makes; what a report tells of it.

        Calls ``say`` with how far a node is. Cancelled, it stops the job first. Raises
        ``JobFailed``, ``JobLost`` or ``WorkerGone``.
        """
        ...


class Guest(Worker, Protocol):
    """A worker that says what it has before it is given anything."""

    version: str

    async def meet(self, jobs: Sequence[Job]) -> None:
        """Ask it what it has for these jobs; ``Unreachable`` where nobody answers."""
        ...
