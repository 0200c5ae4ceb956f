"""What ``farm`` takes on a command line, and what is wrong with it before anything is fetched.

Standard library only. ``run`` of a jobs file is a farm too, and has ``run``'s own options.
"""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from ..headless.options import (
    RUNS,
    add_arguments_option,
    add_host_options,
    add_output_option,
    add_server_option,
    check_places,
)
from ..setup.errors import BadInput
from .jobs import Jobs, read_jobs
from .reel.options import LANGUAGES
from .report import check_room

RUN = {
    "retry": False,
    "ray": None,
    "workers": None,
    "cores": None,
    "node": None,
}  # what ``run`` has not


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``farm``."""
    add_host_options(parser, RUNS)
    add = parser.add_argument
    add("workflow", type=Path, nargs="?", metavar="JOBS", help="a jobs file (TOML or CSV)")
    add(
        "--describe",
        choices=LANGUAGES,
        help="of a saved stack in place of JOBS: make nothing, and write its film's job for a "
        "render farm below --output; render --describe has all of a film's options",
    )
    add_server_option(parser)
    add_arguments_option(parser)
    add_output_option(parser)
    add(
        "--ray",
        metavar="ADDRESS",
        help="work on the Ray cluster at ADDRESS; local: on one of ours, on this machine alone",
    )
    add(
        "--workers",
        type=int,
        metavar="N",
        help="how many ComfyUIs (as many as there are GPUs; without one, 1)",
    )
    add("--cores", type=int, metavar="N", help="CPU cores for each, where there are no GPUs")
    add(
        "--node",
        metavar="WORDS",
        help="Ray's own command line on this machine, such as 'start --address 10.0.0.1:6379'",
    )
    add(
        "--retry",
        action="store_true",
        help="try those again that failed before for their own reasons",
    )


def film_words(options: argparse.Namespace) -> list[str]:
    """What ``render`` is asked where ``farm`` is to describe a film."""
    stack = options.workflow
    if stack is None:
        raise BadInput("--describe needs a saved stack: farm --describe openjd zoom.safetensors")
    options.output.mkdir(parents=True, exist_ok=True)
    film = options.output / f"{stack.stem}.mp4"
    words = [str(stack), "--out", str(film), "--describe", options.describe]
    for name in ("comfyui", "python"):
        path = getattr(options, name)
        words += [f"--{name}", str(path)] if path else []
    return words


def node_words(options: argparse.Namespace) -> list[str]:
    """What ``--node`` says to Ray's command line; ``BadInput`` where it cannot be read."""
    try:
        return shlex.split(options.node)
    except ValueError as error:
        raise BadInput(f"--node {options.node!r} cannot be read: {error}") from None


def checked(options: argparse.Namespace) -> Jobs:
    """The jobs of the file; ``BadInput`` for whatever no farm could do as it stands."""
    servers = options.server or []
    if options.workflow is None:
        raise BadInput(
            "name a jobs file (TOML or CSV); zoomstack/farm/README.md says how to write it"
        )
    check_places(options)
    if len({url.rstrip("/") for url in servers}) < len(servers):
        raise BadInput("two --server are the same; a server makes one zoom at a time: give it once")
    for name in ("workers", "cores"):
        count = getattr(options, name)
        if count is not None and (options.ray is None or count < 1):
            raise BadInput(f"--{name} {count}: give a number from 1 on, and with it --ray")
    if servers and options.ray is not None:
        raise BadInput("--ray starts ComfyUIs and --server names running ones; leave out one")
    for name in ("set", "prompts", "photo"):
        if getattr(options, name, None):
            raise BadInput(
                f"--{name} is for one workflow; write what all jobs share at the top of "
                f"{options.workflow}"
            )
    jobs = read_jobs(options.workflow)
    check_room(options.output, options.workflow.stem)
    return jobs
