"""One workflow on one server: queue it, show its progress, bring home what it made."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

from ..setup.console import Bar
from ..setup.errors import CommandError
from .client import ComfyClient, Progress
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


async def _show(progress: AsyncIterator[Progress], workflow: Workflow) -> None:
    """A bar for each node while it works, one at a time."""
    bar: Bar | None = None
    showing = ""
    closed: set[str] = set()
    try:
        async for node, done, total, finished in progress:
            if node in closed or (finished and node != showing):
                continue
            if node != showing:
                if bar:
                    bar.close()
                    closed.add(showing)
                bar, showing = Bar(name_of(workflow, node)), node
            assert bar is not None
            bar.update(done, total or None)
            if finished:
                bar.close()
                closed.add(showing)
                bar, showing = None, ""
    finally:
        if bar:
            bar.close("stopped")
