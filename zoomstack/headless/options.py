"""What ``demo`` and ``run`` take on a command line, and what is wrong with it before there is a
server. Standard library only: both come before an environment.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from urllib.parse import urlsplit

from ..setup.errors import BadInput
from ..setup.places import API_WORKFLOWS
from . import workflow as edit
from .workflow import Workflow

DEMO = API_WORKFLOWS / "text-to-zoom.json"


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


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``run``."""
    add_host_options(parser, RUNS)
    _add_changes(parser)
    add = parser.add_argument
    add("workflow", type=Path, help="a workflow in API format (JSON)")
    add("--photo", type=Path, metavar="FILE", help="a picture for the LoadImage node")
    add("--server", metavar="URL", help="a ComfyUI that is running")


def changed(options: argparse.Namespace) -> tuple[Workflow, list[tuple[str, str]]]:
    """The workflow with every change that needs no server, and the nodes and inputs of ``--set``.

    Raises ``BadInput`` for whatever no server could run as it stands.
    """
    if options.server and (options.comfyui or options.python or options.arguments):
        raise BadInput(
            "--server names a ComfyUI that is running; leave out --comfyui, --python and --arguments"
        )
    if options.arguments and not options.comfyui:
        raise BadInput("--arguments goes with --comfyui PATH: it is what that one is started with")
    if options.server:
        check_address(options.server)
    workflow = edit.load(options.workflow)
    if options.prompts:
        edit.set_prompts(workflow, options.prompts)
    if options.photo:
        edit.photo_node(workflow)
        if not options.photo.is_file():
            raise BadInput(f"--photo {options.photo} is not a file")
    return workflow, [edit.assign(workflow, one) for one in options.set]


def check_address(url: str) -> None:
    """``BadInput`` for what is no server's address."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is none
        good = False
    if not good:
        raise BadInput(f"{url!r} is no server address; give one like http://127.0.0.1:8188")


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
    add(
        "--arguments",
        default="",
        metavar="WORDS",
        help="what your own ComfyUI is started with: --arguments='--lowvram --base-directory DIR'",
    )
    add(
        "--output",
        type=Path,
        default=Path("output"),
        metavar="FOLDER",
        help="where the results go (output)",
    )
