"""``test``: all tests in the locked environment, those against a real ComfyUI included."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .places import REPOSITORY
from .setup import demo_checkpoint, prepare

TREE = "ZOOMSTACK_COMFYUI"
CHECKPOINT = "ZOOMSTACK_CHECKPOINT"
# `python -m pytest` would put the working directory, with our nodes/, before ComfyUI's modules.
PYTEST = "import sys; sys.path[:] = filter(None, sys.path); import pytest; sys.exit(pytest.main())"


def test(
    arguments: Sequence[str], *, comfyui: Path | None = None, python: Path | None = None
) -> int:
    """Run pytest with ``arguments``; its exit code.

    Tests find ComfyUI's tree by the environment variable ZOOMSTACK_COMFYUI and the demo model by
    ZOOMSTACK_CHECKPOINT, and ``import zoomstack`` finds this checkout's.
    """
    host = prepare(comfyui, python)
    variables = {
        **os.environ,
        TREE: str(host.comfyui),
        CHECKPOINT: str(demo_checkpoint(host)),
        "PYTHONPATH": str(host.packages),
    }
    command = [str(host.python), "-c", PYTEST, *arguments]
    return subprocess.call(command, cwd=REPOSITORY, env=variables)
