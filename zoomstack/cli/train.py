"""``train``: the demo's own model, from drawing its world to the files that ship."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..setup.handover import become, module
from ..setup.host import prepare


def train(
    arguments: Sequence[str], *, comfyui: Path | None = None, python: Path | None = None
) -> int:
    """Go on as ``zoomstack.train.run`` with ``arguments``; its exit code.

    Where it is stopped, the next one goes on.
    """
    host = prepare(comfyui, python)
    # Before what was given: of two the last one counts.
    place = [] if "--quick" in arguments else ["--work", host.folder / "training"]
    words = [*place, *arguments, "--comfyui", host.comfyui]
    command = module(host.python, "zoomstack.train.run", words)
    return become(command, PYTHONPATH=host.packages, OMP_NUM_THREADS="1")
