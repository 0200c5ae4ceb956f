"""``run``: any API-format workflow, on a server of ours or on one that is running."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ..setup.console import Bar, note, say
from ..setup.errors import BadInput, CommandError, Unreachable
from ..setup.host import Host, demo_checkpoint, prepare
from . import workflow as edit
from .client import ComfyClient
from .execute import Result, execute
from .server import ComfyServer
from .workflow import Workflow


@dataclass(frozen=True)
class Changes:
    """What the command line changes in a workflow."""

    assignments: Sequence[str] = field(default=())
    prompts: Path | None = None
    photo: Path | None = None

    def apply(self, workflow: Workflow) -> list[tuple[str, str]]:
        """Make the changes that need no server; the nodes and inputs that were assigned."""
        if self.prompts:
            edit.set_prompts(workflow, self.prompts)
        if self.photo:
            edit.photo_node(workflow)
            if not self.photo.is_file():
                raise BadInput(f"--photo {self.photo} is not a file")
        return [edit.assign(workflow, one) for one in self.assignments]


def run(
    path: Path,
    changes: Changes,
    output: Path,
    *,
    server: str | None = None,
    comfyui: Path | None = None,
    python: Path | None = None,
) -> None:
    """Run the workflow in ``path``; prints the files it left, one a line, and its texts."""
    if server and (comfyui or python):
        raise BadInput("--server names a ComfyUI that is running; leave out --comfyui and --python")
    workflow = edit.load(path)
    assigned = changes.apply(workflow)
    with connected(server, comfyui, python) as client:
        check_inputs(client, workflow, assigned)
        if changes.photo:
            edit.set_photo(workflow, client.upload(changes.photo))
        report(execute(client, workflow, output))


def report(result: Result) -> None:
    """Print what a run left."""
    for text in result.texts:
        note(text)
    for file in result.files:
        say(str(file))
    if not result.files:
        note("the workflow saved no files; has it a Save node?")


def check_inputs(client: ComfyClient, workflow: Workflow, assigned: list[tuple[str, str]]) -> None:
    """Refuse an assigned input that its node does not have: ComfyUI would pass over it."""
    for node, name in assigned:
        kind = workflow[node]["class_type"]
        known = client.inputs_of(kind)
        if known and name.partition(".")[0] not in known:
            place = edit.name_of(workflow, node)
            raise BadInput(f"{place} has no input {name!r}; it has: {', '.join(sorted(known))}")


@contextmanager
def connected(
    server: str | None, comfyui: Path | None = None, python: Path | None = None
) -> Iterator[ComfyClient]:
    """A client of the server at that address, or of one that lives as long as the block."""
    if server:
        client = ComfyClient(server)
        note(f"ComfyUI {client.ping()} at {client.url}")
        yield client
        return
    host = prepare(comfyui, python)
    demo_checkpoint(host)
    with started(host) as client:
        yield client


@contextmanager
def started(host: Host) -> Iterator[ComfyClient]:
    """A client of a server of our own, which ends with the block."""
    server = ComfyServer(host.comfyui, host.python, host.base, cpu=host.cpu, log=host.log)
    try:
        with Bar("Starting ComfyUI") as bar:
            server.start(tick=bar.update)
        yield ComfyClient(server.url)
    except Unreachable:
        # It was ours, so its log says why it went.
        raise CommandError(
            f"ComfyUI stopped in the middle of the run; its log is {server.log}\n"
            f"{server.last_words()}"
        ) from None
    finally:
        server.stop()
