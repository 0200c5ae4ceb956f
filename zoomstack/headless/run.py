"""``run`` and ``demo``: a workflow on a server of ours, or on one that is running."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..setup.console import note, say
from ..setup.errors import OK, BadInput, CommandError, Unreachable
from ..setup.host import prepare
from . import workflow as edit
from .beside import extra_paths, server_folder
from .client import ComfyClient
from .execute import Result, execute
from .lacks import lacks
from .options import changed, server_of
from .progress import Bar
from .server import ComfyServer


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
            version = await client.ping()
            if server_of(options) is not None:
                note(f"ComfyUI {version} at {client.url}")
            photo = edit.photo_node(workflow) if options.photo else ""
            if photo:  # uploaded once all else is right
                edit.set_photo(workflow, options.photo.name)
            kinds = (value["class_type"] for value in workflow.values())
            found = lacks(workflow, await client.schemas(kinds), assigned, version)
            found.unlisted.pop((photo, edit.IMAGE), None)
            for line in found.passed:
                note(f"{line}; ComfyUI passes over it")
            if found.faults:
                raise BadInput(str(found))
            if photo:
                edit.set_photo(workflow, await client.upload(options.photo))
            return await execute(client, workflow, options.output, found.unlisted)

    with serving(options) as url:
        return asyncio.run(on(url))


@contextmanager
def serving(options: argparse.Namespace) -> Iterator[str]:
    """The address of the server that is asked for, or of one that lives as long as the block."""
    if (running := server_of(options)) is not None:
        yield running
        return
    with own_server(options) as server:
        yield server.url


@contextmanager
def own_server(options: argparse.Namespace, more: Sequence[str] = ()) -> Iterator[ComfyServer]:
    """A ComfyUI that lives as long as the block, started with ``more`` words than the user's."""
    host = prepare(options.comfyui, options.python)
    place = server_folder(host.folder)
    # Its temporary files are its own: ComfyUI empties the folder when it starts and when it ends,
    # and the user's, or another run's, may be at work.
    arguments = ["--temp-directory", str(place), *more]
    if host.own:
        arguments += shlex.split(options.arguments)  # after ours: of two the last one counts
        arguments += ["--extra-model-paths-config", str(extra_paths(host.folder, host.base))]
    if host.own and host.cpu:
        note(
            f"{host.comfyui} has no Python of its own in .venv, venv or ../python_embeded: ours "
            "runs it, on the CPU, without what its packs need; name its own with --python FILE"
        )
    base = None if host.own else host.base
    log = place / "server.log"
    server = ComfyServer(
        host.comfyui, host.python, base, cpu=host.cpu, log=log, arguments=arguments
    )
    try:
        with Bar("Starting ComfyUI") as bar:
            server.start(tick=bar.update)
        yield server
    except Unreachable:
        # It was ours, so its log says why it went.
        raise CommandError(
            f"ComfyUI stopped in the middle of the run; its log is {server.log}\n"
            f"{server.last_words()}"
        ) from None
    finally:
        server.stop()
        shutil.rmtree(place / "temp", ignore_errors=True)
