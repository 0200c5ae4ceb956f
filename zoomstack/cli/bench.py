"""``bench``: measure the pack on the demo model, in the locked environment."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ..setup.host import prepare


def bench(
    arguments: Sequence[str], *, comfyui: Path | None = None, python: Path | None = None
) -> int:
    """Run ``zoomstack.bench`` with ``arguments``; its exit code."""
    host = prepare(comfyui, python)
    variables = {**os.environ, "PYTHONPATH": str(host.packages)}
    # What was given of --comfyui is given again: the last one counts.
    command = [str(host.python), "-m", "zoomstack.bench", *arguments]
    return subprocess.call([*command, "--comfyui", str(host.comfyui)], env=variables)
