"""One workflow on one server: queue it, show its progress, bring home what it made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

from ..setup.errors import CommandError
from .client import ComfyClient, Progress
from .progress import Bar
from .reading import local_path
from .workflow import Workflow, name_of


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


class _Bars:
    """A bar for each node while it works, one at a time."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._closed: set[str] = set()
        self._node = ""
        self._bar: Bar | None = None

    def show(self, at: Progress) -> None:
        if at.node in self._closed or (at.finished and at.node != self._node):
            return
        if at.node != self._node:
            self.close()
            self._bar, self._node = Bar(name_of(self._workflow, at.node)), at.node
        if self._bar:
            self._bar.update(at.done, at.total)
        if at.finished:
            self.close()

    def tick(self) -> None:
        if self._bar:
            self._bar.update()

    def close(self, verdict: str = "") -> None:
        if self._bar:
            self._bar.close(verdict)
            self._closed.add(self._node)
        self._bar, self._node = None, ""


async def _show(progress: AsyncIterator[Progress], workflow: Workflow) -> None:
    bars = _Bars(workflow)
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
