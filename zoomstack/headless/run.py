"""``run`` and ``demo``: a workflow on a server of ours, or on one that is running."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from ..setup.console import note, say
from ..setup.errors import OK, BadInput, CommandError, Unreachable
from ..setup.host import prepare
from . import workflow as edit
from .client import ComfyClient
from .execute import Result, execute
from .options import changed
from .progress import Bar
from .server import ComfyServer
from .workflow import Workflow


def run(options: argparse.Namespace) -> int:
    """Run a workflow; prints the files it left, one a line, and its texts."""
    result = made(options)
    for text in result.texts:
        note(text)
    for file in result.files:
        say(str(file))
    if not result.files:
        note("the workflow saved no files; has it a Save node?")
    return OK


def demo(options: argparse.Namespace) -> int:
    """Run the workflow that ships, and tell a newcomer where the zoom is."""
    result = made(options)
    say()
    say("The zoom is in")
    for file in result.files:
        say(f"  {file}")
    for text in result.texts:
        say()
        say(text)
    return OK


def made(options: argparse.Namespace) -> Result:
    """What the workflow that ``options`` name leaves."""
    workflow, assigned = changed(options)

    async def on(url: str) -> Result:
        async with ComfyClient(url) as client:
            if options.server:
                note(f"ComfyUI {await client.ping()} at {client.url}")
            await check_inputs(client, workflow, assigned)
            if options.photo:
                edit.set_photo(workflow, await client.upload(options.photo))
            return await execute(client, workflow, options.output)

    with serving(options) as url:
        return asyncio.run(on(url))


async def check_inputs(
    client: ComfyClient, workflow: Workflow, assigned: list[tuple[str, str]]
) -> None:
    """Refuse an assigned input that its node does not have: ComfyUI would pass over it."""
    for node, name in assigned:
        kind = workflow[node]["class_type"]
        known = await client.inputs_of(kind)
        if known and name.partition(".")[0] not in known:
            place = edit.name_of(workflow, node)
            raise BadInput(f"{place} has no input {name!r}; it has: {', '.join(sorted(known))}")


@contextmanager
def serving(options: argparse.Namespace) -> Iterator[str]:
    """The address of the server that is asked for, or of one that lives as long as the block."""
    if options.server:
        yield options.server
        return
    host = prepare(options.comfyui, options.python)
    server = ComfyServer(host.comfyui, host.python, host.base, cpu=host.cpu, log=host.log)
    try:
        with Bar("Starting ComfyUI") as bar:
            server.start(tick=bar.update)
        yield server.url
    except Unreachable:
        # It was ours, so its log says why it went.
        raise CommandError(
            f"ComfyUI stopped in the middle of the run; its log is {server.log}\n"
            f"{server.last_words()}"
        ) from None
    finally:
        server.stop()
