"""``setup``: what the other commands would fetch and make, now."""

from __future__ import annotations

from pathlib import Path

from ..setup.console import say
from ..setup.errors import OK
from ..setup.host import demo_checkpoint, prepare


def setup(*, comfyui: Path | None = None, python: Path | None = None) -> int:
    """Fetch and make all of it, and say where it lies."""
    host = prepare(comfyui, python)
    demo_checkpoint(host)
    say(f"ComfyUI  {host.comfyui}\nPython   {host.python}\nmodels   {host.base / 'models'}")
    return OK
