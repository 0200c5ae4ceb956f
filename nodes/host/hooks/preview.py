"""What is seen of a run while it samples: all levels as they form, and how well they agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from .site import LevelsRun


class Preview:
    """Shows all levels as a contact sheet through whatever callback the sampler node has."""

    def __init__(self, callback: Callable[..., None], run: LevelsRun) -> None:
        self._callback, self._run = callback, run
        self._last: tuple[Any, ...] | None = None

    def __call__(self, step: int, x0: Tensor, x: Tensor, total: int) -> None:
        self._run.tell(step + 1, total)
        if step + 1 >= total:
            self._last = None
            self._callback(step, x0, x, total)
        else:
            # The callback also keeps x0 as "denoised output": the last one must be the real one.
            self._last = (step, x0, x, total)
            self._callback(step, self._run.sheet(x0), x, total)

    def finish(self) -> None:
        """A sampler that stopped early never gave its last step."""
        if self._last is not None:
            self._callback(*self._last)
