"""Workers on a Ray cluster: each owns a GPU, or some cores, and a ComfyUI of its own there.

Nothing of Ray is imported unless it is asked for. A cluster of ours listens on the loopback alone
and wants a token; whose a given one is, decides who may reach it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...setup.console import note
from ...setup.errors import BadInput, CommandError, Unreachable, heed_signals
from ..jobs import Job
from ..worker import JobFailed, JobLost, Say, WorkerGone
from .maker import FAILED, GONE, Maker

LOCAL = "local"
NAMESPACE = "zoomstack"
STEP_SECONDS, STOP_SECONDS = 0.5, 40.0
PIECE = 1 << 26  # bytes of a file that travel at once
# The word for "on a laptop" that Ray has: it takes the loopback for this machine's address, and all
# that it starts listens there alone.
ALONE = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
QUIET = {"RAY_USAGE_STATS_ENABLED": "0"}


class Actor(Maker):
    """A maker in a process of Ray's."""

    async def sent(self, folder: str) -> list[tuple[str, list[Any]]]:
        """The files in ``folder``, which is removed, in pieces that wait to be fetched."""
        import shutil

        ray = _ray()
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
        photo = job.photo.read_bytes() if job.photo else b""
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
        errors = _ray().exceptions
        try:
            return await asyncio.wrap_future(reference.future())
        except errors.RayTaskError as error:
            cause = getattr(error, "cause", None)
            raise cause if isinstance(cause, CommandError) else error from None
        except errors.RayError as error:
            raise WorkerGone(str(error).strip().splitlines()[0]) from None


@contextmanager
def cluster(options: argparse.Namespace, hidden: Path) -> Iterator[list[RayWorker]]:
    """The workers of ``options.ray``, started; ``hidden`` is the ledger's folder.

    Raises ``Unreachable`` where there is no such cluster, or nobody in it can start a ComfyUI.
    """
    ray = _joined(options)
    proof, text = (hidden / f"shared-{secrets.token_hex(8)}").resolve(), secrets.token_hex(16)
    workers: list[RayWorker] = []
    try:
        proof.write_text(text, "utf-8")
        count, owns = share(ray.cluster_resources(), options.workers, options.cores)
        make = ray.remote(Actor).options(**owns, max_restarts=0, max_task_retries=0)
        own = argparse.Namespace(
            comfyui=options.comfyui and options.comfyui.resolve(),
            python=options.python and options.python.absolute(),
            arguments=options.arguments,
            server=None,
        )
        workers = [RayWorker(make.remote(own), at) for at in range(1, count + 1)]
        note(f"starting {count} ComfyUI{'s, each' * (count > 1)} with {_told(owns)}")
        yield asyncio.run(_started(workers, proof, text))
    finally:
        proof.unlink(missing_ok=True)
        with contextlib.suppress(Exception):
            asyncio.run(_stopped(workers))
        ray.shutdown()


def share(
    resources: dict[str, float], workers: int | None, cores: int | None
) -> tuple[int, dict[str, float]]:
    """How many workers a cluster with these ``resources`` gets, and what each owns.

    Raises ``BadInput`` where it has less than was asked for.
    """
    gpus, cpus = int(resources.get("GPU", 0)), int(resources.get("CPU", 0))
    if gpus and cores is None:
        count = workers or gpus
        if count > gpus:
            raise BadInput(f"--workers {count}: the cluster has {gpus} GPUs; or give --cores too")
        return count, {"num_gpus": 1, "num_cpus": 0}
    count = workers or 1
    each = cores or max(1, cpus // count)
    if count * each > cpus:
        raise BadInput(
            f"--workers {count} with --cores {each} need {count * each} cores; the cluster has "
            f"{cpus}: give less of them"
        )
    return count, {"num_gpus": 0, "num_cpus": each}


def _told(owns: dict[str, float]) -> str:
    return "a GPU" if owns["num_gpus"] else f"{owns['num_cpus']:g} of the CPU's cores"


async def _started(workers: Sequence[RayWorker], proof: Path, text: str) -> list[RayWorker]:
    answers = await asyncio.gather(
        *(one.start(proof, text) for one in workers), return_exceptions=True
    )
    ready = []
    for worker, answer in zip(workers, answers, strict=True):
        if isinstance(answer, CommandError):
            note(f"{worker.name} is left out: {answer}")
        elif isinstance(answer, BaseException):
            raise answer
        else:
            way = "writes into the output folder" if worker.shared else "sends files through Ray"
            note(f"{worker.name} {way}")
            ready.append(worker)
    if not ready:
        raise Unreachable("no worker of the cluster could start a ComfyUI")
    return ready


async def _stopped(workers: Sequence[RayWorker]) -> None:
    await asyncio.gather(*(worker.stop() for worker in workers))


def _joined(options: argparse.Namespace) -> Any:
    os.environ.update(QUIET)
    if options.ray == LOCAL:
        # Before Ray is imported: it looks once.
        os.environ.update(ALONE)
        os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
        own = {"_node_ip_address": "127.0.0.1", "include_dashboard": False}
        if options.workers and options.cores:
            own["num_cpus"] = max(options.workers * options.cores, os.cpu_count() or 1)
    else:
        own = {"address": options.ray}
    ray = _ray()
    try:
        ray.init(**own, namespace=NAMESPACE, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        raise Unreachable(
            f"no Ray cluster answers at {options.ray} ({str(error).strip().splitlines()[0]}); "
            "start one with `ray start --head`, or take --ray local"
        ) from None
    finally:
        heed_signals()  # Ray has ways of its own
    return ray


def _ray() -> Any:
    try:
        importlib.import_module("ray.exceptions")
        return importlib.import_module("ray")
    except ModuleNotFoundError as error:
        raise BadInput(
            f"{sys.executable} has no {error.name}; start the farm with python3 -m zoomstack farm, "
            "which brings it"
        ) from None
