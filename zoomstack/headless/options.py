"""What ``demo`` and ``run`` take on a command line, and what is wrong with it before there is a
server. Standard library only: both come before an environment.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

from ..files.cut import cut_off
from ..setup.errors import BadInput
from ..setup.places import API_WORKFLOWS
from . import workflow as edit
from .workflow import Workflow

DEMO = API_WORKFLOWS / "text-to-zoom.json"
LOOP = API_WORKFLOWS / "endless-zoom.json"


RUNS = "your own ComfyUI's folder: with its models, packs and folders, and the demo's model beside"


def add_host_options(parser: argparse.ArgumentParser, means: str) -> None:
    """The options of all commands: whose ComfyUI it is, and what that ``means`` here."""
    add = parser.add_argument
    add("--comfyui", type=Path, metavar="PATH", help=means)
    add("--python", type=Path, metavar="FILE", help="the Python that it runs in (its own venv's)")


def add_demo_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``demo``, which is a ``run`` of a workflow that ships."""
    add_host_options(parser, RUNS)
    _add_changes(parser)
    parser.set_defaults(workflow=DEMO, photo=None, server=None)
    parser.add_argument(
        "--loop",
        dest="workflow",
        action="store_const",
        const=LOOP,
        help="a zoom without an end: in its deepest level the widest begins again",
    )


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``run``."""
    add_host_options(parser, RUNS)
    _add_changes(parser)
    add = parser.add_argument
    add("workflow", type=Path, help="a workflow in API format (JSON), or a jobs file (TOML, CSV)")
    add("--photo", type=Path, metavar="FILE", help="a picture for the LoadImage node")
    add_server_option(parser)


def add_server_option(parser: argparse.ArgumentParser) -> None:
    """Servers that are running: one for a workflow, several for a file of jobs."""
    parser.add_argument(
        "--server",
        action="append",
        metavar="URL",
        help="a ComfyUI that is running; given again, they share the jobs of a file",
    )


def server_of(options: argparse.Namespace) -> str | None:
    """The running ComfyUI for a workflow; None for one of ours, ``BadInput`` for several."""
    given = options.server or []
    if len(given) > 1:
        raise BadInput(
            f"--server is given {len(given)} times and {options.workflow} is one workflow; several "
            "servers share a jobs file (TOML or CSV)"
        )
    return given[0] if given else None


def changed(options: argparse.Namespace) -> tuple[Workflow, list[tuple[str, str]]]:
    """The workflow with every change that needs no server, and the nodes and inputs of ``--set``.

    Raises ``BadInput`` for whatever no server could run as it stands.
    """
    server_of(options)
    check_places(options)
    workflow = edit.load(options.workflow)
    if options.prompts:
        edit.set_prompts(workflow, options.prompts)
    if options.photo:
        edit.photo_node(workflow)
        if not options.photo.is_file():
            raise BadInput(f"--photo {options.photo} is not a file")
        if trouble := cut_off(options.photo):
            raise BadInput(f"--photo {options.photo} {trouble}")
    return workflow, [edit.assign(workflow, one) for one in options.set]


def check_places(options: argparse.Namespace) -> None:
    """``BadInput`` for servers that are none, words that fit none, and where nothing can go."""
    servers = options.server or []
    if servers and (options.comfyui or options.python or options.arguments):
        raise BadInput(
            "--server names a ComfyUI that is running; leave out --comfyui, --python, --arguments"
        )
    if options.arguments and not options.comfyui:
        raise BadInput("--arguments goes with --comfyui PATH: it is what that one is started with")
    try:
        shlex.split(options.arguments)
    except ValueError as error:
        raise BadInput(f"--arguments {options.arguments!r} cannot be read: {error}") from None
    for url in servers:
        check_address(url)
    check_output(options.output)


def check_address(url: str) -> None:
    """``BadInput`` for what is no server's address."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        good = good and not (parts.query or parts.fragment or re.search(r"[\s\x00-\x1f]", url))
        (parts.hostname or "").encode("idna")
    except ValueError:  # a port, a bracket or a name that is none
        good = False
    if not good:
        raise BadInput(f"{url!r} is no server address; give one like http://127.0.0.1:8188")


def check_output(folder: Path) -> None:
    """``BadInput`` where results could not go: it would be a pity at the end of a long run."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        raise BadInput(f"--output {folder} cannot be made: {there} is no folder")
    if not os.access(there, os.W_OK):
        raise BadInput(f"--output {folder} cannot be written to; give another folder")


def _add_changes(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--set",
        action="append",
        default=[],
        metavar="NODE.INPUT=VALUE",
        help="change an input; NODE is an id, a title or a class; may be given again",
    )
    add("--prompts", type=Path, metavar="FILE", help="a text file for the PromptLadder")
    add_arguments_option(parser)
    add_output_option(parser)


def add_arguments_option(parser: argparse.ArgumentParser) -> None:
    """Words for the user's own ComfyUI."""
    parser.add_argument(
        "--arguments",
        default="",
        metavar="WORDS",
        help="what your own ComfyUI is started with: --arguments='--lowvram --base-directory DIR'",
    )


def add_output_option(parser: argparse.ArgumentParser) -> None:
    """Where results go."""
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("output"),
        metavar="FOLDER",
        help="where the results go (output)",
    )
