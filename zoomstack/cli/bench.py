"""``bench``: measure the pack on the demo model, in the locked environment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..setup.handover import become, module
from ..setup.host import prepare


def bench(
    arguments: Sequence[str], *, comfyui: Path | None = None, python: Path | None = None
) -> int:
    """Go on as ``zoomstack.bench`` with ``arguments``; its exit code."""
    host = prepare(comfyui, python)
    # What was given of --comfyui is given again: the last one counts.
    words = [*arguments, "--comfyui", host.comfyui]
    return become(module(host.python, "zoomstack.bench", words), PYTHONPATH=host.packages)
