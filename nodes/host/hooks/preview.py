"""What is seen of a run while it samples: all levels as they form, and how well they agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import comfy.utils
import latent_preview
from torch import Tensor

from ..page import tell_sheets
from .site import LevelsRun, Site


class Preview:
    """Shows all levels on a sheet through whatever callback the sampler node has."""

    def __init__(self, callback: Callable[..., None], run: LevelsRun, site: Site) -> None:
        self._callback, self._run, self._site = callback, run, site
        self._last: tuple[Any, ...] | None = None
        tell_sheets(run.about_sheet())

    def __call__(self, step: int, x0: Tensor, x: Tensor, total: int) -> None:
        self._run.tell(step + 1, total)
        sheet = self._run.sheet(x0)
        if step + 1 >= total:
            self._last = None
            self._end(step, x0, x, total, sheet)
        else:
            # The callback also keeps x0 as "denoised output": the last one must be the real one.
            self._last = (step, x0, x, total)
            self._callback(step, sheet, x, total)

    def finish(self) -> None:
        """A sampler that stopped early never gave its last step."""
        if self._last is not None:
            step, x0, x, total = self._last
            self._end(step, x0, x, total, self._run.sheet(x0))

    def _end(self, step: int, x0: Tensor, x: Tensor, total: int, sheet: Tensor) -> None:
        """Show the sheet once more: the last picture stays on the node, and is of level 0 alone."""
        tell_sheets(None)
        self._callback(step, x0, x, total)
        tell_sheets(self._run.about_sheet())
        site = self._site
        previewer = latent_preview.get_previewer(site.device, site.latent_format)
        if previewer is not None:
            picture = previewer.decode_latent_to_preview_image("JPEG", sheet)
            comfy.utils.ProgressBar(total).update_absolute(total, total, picture)
        tell_sheets(None)
