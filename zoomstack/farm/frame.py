"""How visible the frames of a finished zoom are, measured of its stack where there is torch."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

STACK = ".safetensors"
_ONE = threading.Lock()  # a stack at a time: they may be large


def worst_frame(folder: Path, files: Sequence[str]) -> float | None:
    """Of all levels of the saved stack among ``files``: 1 is invisible (``measure/seam.py``).

    None where there is no stack, or no torch in this Python, as for servers elsewhere.
    """
    stacks = [folder / file for file in files if file.endswith(STACK)]
    if not stacks or find_spec("torch") is None:
        return None
    with _ONE:
        try:
            return _measured(stacks[0])
        except (ValueError, RuntimeError, MemoryError, OSError):  # the zoom is there all the same
            return None


def _measured(path: Path) -> float | None:
    from ..files.stack_file import load_stack
    from ..joint.render import render
    from ..measure.seam import seams, visible

    stack = load_stack(path)
    values = visible(render(stack.levels, stack.geometry), seams(stack.geometry, 1))
    return max((value for value in values if value == value), default=None)  # NaN is not
