"""One workflow on one server: queue it, show its progress, bring home what it made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from ..setup.console import note
from ..setup.errors import CommandError
from .client import ComfyClient
from .progress import Bars
from .reading import Progress
from .saved import Saved, local_paths
from .workflow import Workflow


class Result(NamedTuple):
    """The files that a run left, here, but for those that only others read (a deep-zoom image's
    tiles); and the texts that its nodes showed."""

    files: list[Path]
    texts: list[str]


class Shown(Protocol):
    """Where a run's progress is drawn, as ``progress.Bars`` does it."""

    def show(self, at: Progress) -> None: ...

    def tick(self) -> None: ...

    def close(self, verdict: str = "") -> None: ...


async def execute(
    client: ComfyClient,
    workflow: Workflow,
    folder: Path,
    hints: Mapping[tuple[str, str], str] | None = None,
    shown: Shown | None = None,
) -> Result:
    """Run ``workflow`` and copy its outputs below ``folder``; ``hints`` as for ``client.queue``.

    Its progress is drawn as bars, or as ``shown`` does it.

    Interrupted, it cancels the run on the server, and gives the node that works the time to leave
    nothing half done. Raises ``BadInput`` where the server refuses the workflow, ``CommandError``
    where a node fails: what the others made is kept.
    """
    run, bars = "", shown or Bars(workflow)
    try:
        run = await client.queue(workflow, hints)
        await _show(client.follow(run), bars)
        made, trouble = await client.outputs(run, workflow)
    except BaseException:
        bars.close("stopped")
        if run:
            await _cancel(client, run)
        raise
    # The last node may have had no time to say that it is done.
    bars.close("stopped" if trouble else "")
    files: list[Path] = []
    for one in made:
        for saved in one.saved():
            files += await _fetched(client, saved, folder)
    if trouble:
        raise CommandError("".join([trouble, *(f"\n  kept {file}" for file in files)]))
    return Result(files, [text for one in made for text in one.texts()])


async def _cancel(client: ComfyClient, run: str) -> None:
    note("cancelling the run; interrupt again to end at once")
    if not await client.cancel(run):
        note(f"{client.url} is still busy with it, and stops as soon as its node does")


async def _fetched(client: ComfyClient, saved: Saved, folder: Path) -> Iterator[Path]:
    """Bring all of it home; those to tell of."""
    targets = local_paths(saved, folder)
    for file, target in targets.items():
        await client.fetch(saved.files[file], target)
    return (targets[file] for file in saved.shown or saved.files)


async def _show(progress: AsyncIterator[Progress], bars: Shown) -> None:
    clock = asyncio.create_task(_every_second(bars.tick))
    try:
        async for at in progress:
            bars.show(at)
    finally:
        clock.cancel()


async def _every_second(tick: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(1.0)
        tick()
