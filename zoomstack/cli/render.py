"""``render``: a part of a film from a saved stack, in the environment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..setup.handover import become, module
from ..setup.host import prepare


def render(
    arguments: Sequence[str], *, comfyui: Path | None = None, python: Path | None = None
) -> int:
    """Go on as ``zoomstack.headless.film`` with ``arguments``; its exit code."""
    host = prepare(comfyui, python)
    return become(
        module(host.python, "zoomstack.headless.film", arguments), PYTHONPATH=host.packages
    )
