"""``align``: how the pictures in a folder lie in each other, in the environment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..setup.handover import become, module
from ..setup.host import prepare


def align(
    arguments: Sequence[str], *, comfyui: Path | None = None, python: Path | None = None
) -> int:
    """Go on as ``zoomstack.bench.align`` with ``arguments``; its exit code."""
    host = prepare(comfyui, python)
    return become(module(host.python, "zoomstack.bench.align", arguments), PYTHONPATH=host.packages)
