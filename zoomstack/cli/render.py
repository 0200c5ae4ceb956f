"""``render``: a part of a film from a saved stack, in the environment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..setup.handover import become, module
from ..setup.host import prepare


def render(
    arguments: Sequence[str],
    *,
    in_parts: bool = False,
    comfyui: Path | None = None,
    python: Path | None = None,
) -> int:
    """Go on as ``zoomstack.headless.film`` with ``arguments``, or ``in_parts``; its exit code."""
    host = prepare(comfyui, python)
    name = "zoomstack.farm.reel" if in_parts else "zoomstack.headless.film"
    return become(module(host.python, name, arguments), PYTHONPATH=host.packages)
