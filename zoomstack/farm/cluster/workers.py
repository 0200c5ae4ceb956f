"""A worker on a Ray cluster: its half where the GPU is, and the driver's."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...setup.errors import BadInput, CommandError
from ..jobs import Job
from ..servers import unread
from ..worker import JobFailed, JobLost, Say, WorkerGone
from .maker import FAILED, GONE, Maker

STEP_SECONDS, STOP_SECONDS = 0.5, 40.0
PIECE = 1 << 26  # bytes of a file that travel at once


class Actor(Maker):
    """A maker in a process of Ray's."""

    async def sent(self, folder: str) -> list[tuple[str, list[Any]]]:
        """The files in ``folder``, which is removed, in pieces that wait to be fetched."""
        ray = imported()
        found = []
        for file in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
            pieces = []
            with file.open("rb") as opened:
                while piece := opened.read(PIECE):
                    pieces.append(ray.put(piece))
            found.append((file.relative_to(folder).as_posix(), pieces))
        shutil.rmtree(folder, ignore_errors=True)
        return found


class RayWorker:
    """An ``Actor`` from the driver's side."""

    def __init__(self, actor: Any, number: int) -> None:
        self._actor, self.name, self.version = actor, f"worker {number}", ""
        self._lacks: dict[str, str] = {}
        self.shared = False

    async def start(self, proof: Path, text: str) -> None:
        """Start its ComfyUI."""
        where, self.shared = await self._ask("start", str(proof), text)
        self.name = f"{self.name} on {where}"

    async def meet(self, jobs: Sequence[Job]) -> None:
        """Ask it what it has for these jobs."""
        self.version, lacking = await self._ask("meet", jobs)
        self._lacks = {job.id: words for job, words in zip(jobs, lacking, strict=True)}

    def lacks(self, job: Job) -> str:
        """What it has not for a job."""
        return self._lacks[job.id]

    async def load(self) -> int:
        """It has nothing else to do; ``WorkerGone`` where it is no more."""
        await self._ask("progress")
        return 0

    async def do(self, job: Job, folder: Path, say: Say) -> dict[str, Any]:
        """Have it make a job's files: in ``folder`` itself where it sees that, else sent there."""
        photo = _bits(job.photo) if job.photo else b""
        asking = asyncio.ensure_future(
            self._ask("do", job, photo, str(folder.resolve()) if self.shared else "")
        )
        try:
            while not (await asyncio.wait([asking], timeout=STEP_SECONDS))[0]:
                for at in await self._ask("progress"):
                    say(at)
            told = await asking
        except asyncio.CancelledError:
            with contextlib.suppress(CommandError, asyncio.TimeoutError):
                await asyncio.wait_for(self._ask("cancel"), STOP_SECONDS)
            raise
        finally:
            asking.cancel()
        if wrong := told.get("wrong"):
            raise {FAILED: JobFailed, GONE: WorkerGone}.get(wrong, JobLost)(told["words"])
        made = told.pop("folder")
        if not self.shared:
            for name, pieces in await self._ask("sent", made):
                await self._fetch(folder / name, pieces)
        return told

    async def stop(self) -> None:
        """End its ComfyUI."""
        with contextlib.suppress(CommandError, asyncio.TimeoutError):
            await asyncio.wait_for(self._ask("stop"), STOP_SECONDS)

    async def _fetch(self, target: Path, pieces: Sequence[Any]) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            for piece in pieces:
                file.write(await self._got(piece))

    async def _ask(self, what: str, *words: Any) -> Any:
        return await self._got(getattr(self._actor, what).remote(*words))

    async def _got(self, reference: Any) -> Any:
        errors = imported().exceptions
        try:
            return await asyncio.wrap_future(reference.future())
        except errors.RayTaskError as error:
            cause = getattr(error, "cause", None)
            raise cause if isinstance(cause, CommandError) else error from None
        except errors.RayError as error:
            raise WorkerGone(str(error).strip().splitlines()[0]) from None


def _bits(photo: Path) -> bytes:
    try:
        return photo.read_bytes()
    except OSError as error:
        raise unread(photo, error) from None


def imported() -> Any:
    """Ray itself; ``BadInput`` where it is not."""
    try:
        importlib.import_module("ray.exceptions")
        return importlib.import_module("ray")
    except ModuleNotFoundError as error:
        raise BadInput(
            f"{sys.executable} has no {error.name}; start the farm with python3 -m zoomstack farm, "
            "which brings it"
        ) from None
