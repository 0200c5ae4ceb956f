"""Everything that must be there before a ComfyUI can start: its tree, its Python, its folders."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from ..demo import parts
from .comfyui import fetched_comfyui, own_comfyui
from .command import run
from .environment import locked_environment, own_python
from .errors import BadInput
from .places import REPOSITORY, check_writable, host_folder, link, packages

# The first start would open a template dialog over the graph.
SETTINGS = {"Comfy.TutorialCompleted": True}


@dataclass(frozen=True)
class Host:
    """A ComfyUI that is ready to start."""

    folder: Path  # everything that was made
    comfyui: Path
    python: Path
    base: Path  # the demo's model and this pack; unless it is the user's, all that it has
    cpu: bool  # whether the environment has no use for a GPU
    packages: Path  # what goes on PYTHONPATH
    own: bool = False  # whether the tree is the user's, with models, packs and folders of its own


def prepare(comfyui: Path | None = None, python: Path | None = None) -> Host:
    """Make or find all of a ``Host``; the second time nothing is fetched.

    With ``comfyui`` the user's own tree is used as it is, with ``python``, or its own environment,
    or the one that we run in, or ours where none of these can run it.
    """
    if python is not None and comfyui is None:
        raise BadInput("--python goes with --comfyui PATH: it is the Python that ComfyUI runs in")
    if python is not None and not python.is_file():
        raise BadInput(f"--python {python} is not a file; give the interpreter itself")
    if python is not None and not os.access(python, os.X_OK):
        raise BadInput(f"--python {python} is no program; give the interpreter itself")
    folder = host_folder()
    own = own_comfyui(comfyui) if comfyui else None
    theirs = python or (own_python(own) if own else None)
    check_writable(folder)
    # An interpreter in an environment is a link that must not be followed.
    interpreter = theirs.absolute() if theirs else locked_environment(folder)
    tree = own or fetched_comfyui(folder)
    base = base_directory(folder / "base")
    return Host(
        folder, tree, interpreter, base, theirs is None, packages(folder), own=own is not None
    )


def base_directory(base: Path) -> Path:
    """A base directory for ComfyUI with this pack, and nothing else, among its custom nodes."""
    for name in ("models/checkpoints", "input", "output", "user/default", "custom_nodes"):
        (base / name).mkdir(parents=True, exist_ok=True)
    # Not the repository itself on any path: our nodes/ would shadow ComfyUI's nodes.py.
    link(REPOSITORY, base / "custom_nodes" / "zoomstack")
    settings = base / "user" / "default" / "comfy.settings.json"
    if not settings.exists():
        settings.write_text(json.dumps(SETTINGS), "utf-8")
    return base


def demo_checkpoint(host: Host) -> Path:
    """The demo model among the host's checkpoints; assembled where it is not there yet."""
    target = host.base / "models" / "checkpoints" / parts.CHECKPOINT
    if not parts.is_fresh(target):
        # This child imports no ComfyUI, so the repository may be where it looks for modules.
        command = [host.python, "-m", "zoomstack.demo.checkpoint", target]
        command += ["--comfyui", host.comfyui]
        remedy = "check the free disk space (0.6 GB)"
        run(command, "Assembling the demo model", remedy, folder=REPOSITORY)
    return target
