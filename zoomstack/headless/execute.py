"""One workflow on one server: queue it, show its progress, bring home what it made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

from ..setup.errors import CommandError
from .client import ComfyClient
from .progress import Bars
from .reading import Progress, local_path
from .workflow import Workflow


class Result(NamedTuple):
    """The files that a run left, here, and the texts that its nodes showed."""

    files: list[Path]
    texts: list[str]


async def execute(client: ComfyClient, workflow: Workflow, folder: Path) -> Result:
    """Run ``workflow`` and copy its outputs below ``folder``.

    Interrupted, it cancels the run on the server. Raises ``BadInput`` where the server refuses
    the workflow, ``CommandError`` where a node fails: what the others made is kept.
    """
    run = ""
    try:
        run = await client.queue(workflow)
        await _show(client.follow(run), workflow)
        made, trouble = await client.outputs(run, workflow)
    except BaseException:
        if run:
            await client.cancel(run)
        raise
    files: list[Path] = []
    for one in made:
        for file in one.files():
            target = local_path(file, folder)
            await client.fetch(file, target)
            files.append(target)
    if trouble:
        raise CommandError("".join([trouble, *(f"\n  kept {file}" for file in files)]))
    return Result(files, [text for one in made for text in one.texts()])


async def _show(progress: AsyncIterator[Progress], workflow: Workflow) -> None:
    bars = Bars(workflow)
    clock = asyncio.create_task(_every_second(bars.tick))
    try:
        async for at in progress:
            bars.show(at)
    finally:
        clock.cancel()
        bars.close("stopped")


async def _every_second(tick: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(1.0)
        tick()
