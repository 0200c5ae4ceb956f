"""A worker's own half: a ComfyUI of ours, kept warm, and the jobs that are made on it.

It lives where the GPU is, in a process of Ray's; it knows nothing of Ray.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

from ...headless.reading import Progress
from ...headless.run import own_server
from ...setup.errors import Unreachable
from ...setup.host import demo_checkpoint, prepare
from ...setup.places import host_folder
from ..jobs import Job
from ..servers import ServerWorker
from ..worker import JobFailed, JobLost, WorkerGone
from .guard import Guard

# As nodes/host/checkpoint.py calls the folder of checkpoints that several machines share.
CHECKPOINTS = "ZOOMSTACK_CHECKPOINTS"
FAILED, LOST, GONE = "failed", "lost", "gone"


class Maker:
    """A ComfyUI that is started with ``options`` (comfyui, python, arguments) when it is asked."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._open, self._close = AsyncExitStack(), ExitStack()
        self._worker: ServerWorker | None = None
        self._latest: list[Progress] = []
        self._task: asyncio.Task[dict[str, Any]] | None = None
        self._shared = False

    async def start(self, proof: str, text: str) -> tuple[str, bool]:
        """Start ComfyUI; this machine's name, and whether it shares the driver's folder.

        That is so where the file ``proof`` holds ``text``: then checkpoints lie beside it. Raises
        ``CommandError``.
        """
        try:
            self._shared = Path(proof).read_text("utf-8") == text
        except OSError:
            self._shared = False
        if self._shared:
            os.environ[CHECKPOINTS] = str(Path(proof).parent / "checkpoints")
        url = await asyncio.to_thread(self._serve)
        worker = ServerWorker(url, checkpoints=self._shared)
        self._worker = await self._open.enter_async_context(worker)
        return platform.node(), self._shared

    def _serve(self) -> str:
        demo_checkpoint(prepare(self._options.comfyui, self._options.python))
        self._home = Path(tempfile.mkdtemp(dir=host_folder(), prefix="farm-"))
        self._output = self._home / "output"
        more = ["--output-directory", str(self._output)]
        server = self._close.enter_context(own_server(self._options, more))
        if server.process:
            self._close.enter_context(Guard(server.process.pid, self._home))
        return server.url

    async def meet(self, jobs: Sequence[Job]) -> tuple[str, list[str]]:
        """ComfyUI's version, and what it lacks for each job."""
        worker = self._known()
        await worker.meet(jobs)
        return worker.version, [worker.lacks(job) for job in jobs]

    async def do(self, job: Job, photo: bytes, folder: str = "") -> dict[str, Any]:
        """Make a job's files in ``folder``, or in one of our own where none is given.

        What is told of it, with the ``folder``; or, under "wrong", how it went wrong, and the
        "words" for it.
        """
        home = Path(folder) if folder else Path(tempfile.mkdtemp(dir=self._home, prefix="job-"))
        self._latest, self._task = [], asyncio.create_task(self._do(job, photo, home))
        try:
            return {**await self._task, "folder": str(home)}
        except JobFailed as error:
            return {"wrong": FAILED, "words": str(error)}
        except JobLost as error:
            return {"wrong": LOST, "words": str(error)}
        except WorkerGone as error:
            return {"wrong": GONE, "words": str(error)}
        except asyncio.CancelledError:
            return {"wrong": LOST, "words": "it was stopped"}
        finally:
            self._task = None
            # What ComfyUI keeps of it, now that the job has its files.
            shutil.rmtree(self._output, ignore_errors=True)

    async def _do(self, job: Job, photo: bytes, home: Path) -> dict[str, Any]:
        if job.photo:
            copy = self._home / f"photo{job.photo.suffix}"
            copy.write_bytes(photo)
            job = job._replace(photo=copy)
        return await self._known().do(job, home, self._say)

    def progress(self) -> list[Progress]:
        """What the nodes have said since it was asked for the last time."""
        latest, self._latest = self._latest, []
        return latest

    async def cancel(self) -> None:
        """Stop what is being made."""
        if task := self._task:
            task.cancel()
            await asyncio.wait([task])

    async def stop(self) -> None:
        """End ComfyUI."""
        await self.cancel()
        await self._open.aclose()
        await asyncio.to_thread(self._close.close)

    def _say(self, at: Progress) -> None:
        self._latest = [*self._latest[-31:], at]

    def _known(self) -> ServerWorker:
        if self._worker is None:
            raise Unreachable("this worker has not been started")
        return self._worker
