"""Where a command goes on that speaks with servers: in ComfyUI's environment, or beside it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..setup.client import client_packages
from ..setup.handover import become, module
from ..setup.host import demo_checkpoint, prepare
from ..setup.places import host_folder, packages


class Place(NamedTuple):
    """A Python, what it finds besides its own packages, and the folder that these lie in."""

    python: Path
    path: list[Path]
    folder: Path


def beside() -> Place:
    """This Python with a small folder of packages: enough for servers that are running."""
    folder = host_folder()
    return Place(Path(sys.executable), [client_packages(folder), packages(folder)], folder)


def inside(comfyui: Path | None, python: Path | None) -> Place:
    """ComfyUI's environment, which can start a server, and the demo's checkpoint at hand."""
    ready = prepare(comfyui, python)
    demo_checkpoint(ready)
    return Place(ready.python, [ready.packages], ready.folder)


def go_on(place: Place, name: str, words: Sequence[str], *more: Path) -> int:
    """Go on as the module ``name`` there, which finds ``more`` folders of packages too."""
    path = os.pathsep.join(map(str, [*place.path, *more]))
    return become(module(place.python, name, words), PYTHONPATH=path)
