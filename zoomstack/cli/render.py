"""``render``: a part of a film from a saved stack, in the environment."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..setup.handover import become, module
from ..setup.host import prepare
from ..setup.ray import ray_packages


def render(
    arguments: Sequence[str],
    *,
    in_parts: bool = False,
    over_ray: bool = False,
    comfyui: Path | None = None,
    python: Path | None = None,
) -> int:
    """Go on as ``zoomstack.headless.film`` with ``arguments``, or ``in_parts``, ``over_ray``."""
    host = prepare(comfyui, python)
    name = "zoomstack.farm.reel" if in_parts else "zoomstack.headless.film"
    path = [host.packages, *([ray_packages(host.folder, host.python)] if over_ray else [])]
    found = os.pathsep.join(map(str, path))
    return become(module(host.python, name, arguments), PYTHONPATH=found)
