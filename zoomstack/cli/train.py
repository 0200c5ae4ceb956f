"""``train``: the demo's own model, from drawing its world to the files that ship."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ..setup.host import prepare


def train(
    arguments: Sequence[str], *, comfyui: Path | None = None, python: Path | None = None
) -> int:
    """Run ``zoomstack.train.run`` with ``arguments``; its exit code.

    It stops when this is stopped, and goes on from there the next time.
    """
    host = prepare(comfyui, python)
    variables = {**os.environ, "PYTHONPATH": str(host.packages), "OMP_NUM_THREADS": "1"}
    command = [str(host.python), "-m", "zoomstack.train.run"]
    if "--quick" not in arguments:
        # Before what was given: of two the last one counts.
        command += ["--work", str(host.folder / "training")]
    command += [*arguments, "--comfyui", str(host.comfyui)]
    process = subprocess.Popen(command, env=variables)
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
