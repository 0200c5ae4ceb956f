"""``fit``: operators for an autoencoder, fitted on a user's own pictures, in the environment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..setup.handover import become, module
from ..setup.host import prepare


def fit(
    arguments: Sequence[str], *, comfyui: Path | None = None, python: Path | None = None
) -> int:
    """Go on as ``zoomstack.bench.fit`` with ``arguments``; its exit code.

    Fits are kept with the user's own ComfyUI where one is named, else where ``run`` and ``demo``
    start ours.
    """
    host = prepare(comfyui, python)
    base = [] if comfyui else ["--base", host.base]
    words = [*arguments, *base, "--comfyui", host.comfyui]
    return become(module(host.python, "zoomstack.bench.fit", words), PYTHONPATH=host.packages)
