"""A Ray cluster, joined or made, and the workers on it.

Nothing of Ray is imported unless it is asked for. A cluster of ours listens on the loopback alone
and wants a token; whose a given one is, decides who may reach it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import secrets
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...setup.console import note
from ...setup.errors import BadInput, CommandError, Unreachable, heed_signals
from .workers import Actor, RayWorker, imported

LOCAL, NAMESPACE = "local", "zoomstack"
# The word for "on a laptop" that Ray has: it takes the loopback for this machine's address, and all
# that it starts listens there alone.
ALONE = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
QUIET = {"RAY_USAGE_STATS_ENABLED": "0"}
PATIENCE = 20.0  # seconds, in which a machine takes a call


@contextmanager
def cluster(options: argparse.Namespace, hidden: Path) -> Iterator[list[RayWorker]]:
    """The workers of ``options.ray``, started; ``hidden`` is the ledger's folder.

    Raises ``Unreachable`` where there is no such cluster, or nobody in it can start a ComfyUI.
    """
    ray = joined(options)
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


def joined(options: argparse.Namespace) -> Any:
    """Ray, connected to the cluster of ``options.ray``; its ``shutdown`` is the caller's.

    Raises ``Unreachable`` where there is none, ``BadInput`` without Ray.
    """
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
        _call(options.ray)
    ray = imported()
    try:
        ray.init(**own, namespace=NAMESPACE, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        raise _nobody(options.ray, error) from None
    finally:
        heed_signals()  # Ray has ways of its own
    return ray


def _call(address: str) -> None:
    """``Unreachable`` where nobody is at "HOST:PORT": Ray itself would look for minutes."""
    place = re.fullmatch(r"(?:ray://)?\[?([^/\[\]]+?)\]?:([0-9]{1,5})", address)
    if not place:
        return  # "auto", and what else Ray knows
    try:
        socket.create_connection((place[1], int(place[2])), PATIENCE).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise _nobody(address, error) from None


def _nobody(address: str, error: Exception) -> Unreachable:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    return Unreachable(
        f"no Ray cluster answers at {address} ({reason}); start one with `ray start --head`, or "
        "take --ray local"
    )
