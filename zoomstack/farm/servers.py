"""Workers that are ComfyUI servers, spoken to over the network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..headless import workflow as edit
from ..headless.client import ComfyClient, Dropped
from ..headless.execute import execute
from ..headless.lacks import FOLDERS, lacks
from ..headless.reading import Progress
from ..headless.session import Refused
from ..setup.errors import CommandError, Unreachable
from .jobs import Job, digest, slug
from .worker import JobFailed, JobLost, Say, WorkerGone

CHECKPOINT = "checkpoint"


class ServerWorker:
    """The server at ``url``: ``async with ServerWorker(url) as worker: await worker.meet(jobs)``.

    With ``checkpoints`` samplers record each run under the job's name, so that whoever shares the
    server's output folder goes on with one that broke off.
    """

    def __init__(self, url: str, name: str = "", *, checkpoints: bool = False) -> None:
        self._client = ComfyClient(url)
        self.name = name or self._client.url
        self.version = ""
        self._checkpoints = checkpoints
        self._schemas: dict[str, dict[str, Any] | None] = {}
        self._lacks: dict[str, str] = {}
        self._hints: dict[str, dict[tuple[str, str], str]] = {}
        self._photos: dict[str, str] = {}

    async def __aenter__(self) -> ServerWorker:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._client.__aexit__()

    async def meet(self, jobs: Sequence[Job]) -> None:
        """Ask the server what it has for these jobs; ``Unreachable`` where none answers."""
        self.version = await self._client.ping()
        kinds = {value["class_type"] for job in jobs for value in job.workflow().values()}
        self._schemas = await self._client.schemas(sorted(kinds))

    def lacks(self, job: Job) -> str:
        """What it has not for a job: node types, files of models; empty where it has all."""
        if job.id not in self._lacks:
            found = lacks(job.workflow(), self._schemas, job.assigned, self.version)
            models = [words for (_, name), words in found.unlisted.items() if name in FOLDERS]
            self._hints[job.id] = found.unlisted
            self._lacks[job.id] = "; ".join([*found.faults, *models])
        return self._lacks[job.id]

    async def load(self) -> int:
        """How many runs it has before it, whoever's they are."""
        try:
            return await self._client.waiting()
        except CommandError as error:
            raise WorkerGone(str(error)) from None

    async def do(self, job: Job, folder: Path, say: Say) -> dict[str, Any]:
        """Have it make a job's files; their names and the texts that nodes showed."""
        self.lacks(job)
        try:
            workflow = await self._ready(job)
            made = await execute(self._client, workflow, folder, self._hints[job.id], _Shown(say))
        except Unreachable as error:
            raise WorkerGone(str(error)) from None
        except (Dropped, Refused) as error:  # Refused without a reason, by a proxy it may be
            raise JobLost(str(error)) from None
        except CommandError as error:
            raise JobFailed(str(error).partition("\n  kept ")[0]) from None
        files = [file.relative_to(folder).as_posix() for file in made.files]
        return {"files": files, "texts": made.texts}

    async def _ready(self, job: Job) -> edit.Workflow:
        workflow = job.workflow()
        if job.photo:
            name = workflow[edit.photo_node(workflow)]["inputs"][edit.IMAGE]
            if name not in self._photos:
                self._photos[name] = await self._uploaded(job.photo, name)
            edit.set_photo(workflow, self._photos[name])
        for node, value in workflow.items() if self._checkpoints else ():
            known = ((self._schemas.get(value["class_type"]) or {}).get("input") or {}).values()
            if any(CHECKPOINT in names for names in known if names):
                mine = slug(f"farm-{job.id}-{node}")
                value["inputs"][CHECKPOINT] = value["inputs"].get(CHECKPOINT) or mine
        return workflow

    async def _uploaded(self, photo: Path, name: str) -> str:
        try:
            if digest(photo) not in name:
                raise JobFailed(f"{photo} has changed; start the farm again")
            return await self._client.upload(photo, name)
        except OSError as error:
            raise unread(photo, error) from None


def unread(photo: Path, error: OSError) -> JobFailed:
    """A photo that was there when the farm began: without it no worker makes its jobs."""
    reason = error.strerror or error
    return JobFailed(f"{photo} cannot be read ({reason}); put it back and give --retry")


class _Shown:
    """A run's progress, told to whoever draws it."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def show(self, at: Progress) -> None:
        self._say(at)

    def tick(self) -> None:
        pass

    def close(self, verdict: str = "") -> None:
        pass
