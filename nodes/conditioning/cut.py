"""One conditioning entry cut to windows of its picture.

ComfyUI encodes conditioning for the whole picture. A call that shows windows of it, or of a smaller
version, gets the same entries with everything that has a place in the picture cut to match: masks,
areas, images beside the latent (inpainting models) and ControlNet hints. Rows are window after
window (see ``zoomstack.windows``), so that what has no place needs no change.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .control import with_pictures
from .maps import MAPS, on_grid
from .tags import Entry
from .timed import TIMED
from .view import Part, View, speaks

# Where a prompt's area ends inside the picture, it fades over as many latent pixels (the host's).
_FADE = 8
# What of an entry is made anew, and what is chosen here where calls have a sigma of their own.
_PLACED = (
    "area", "mask", "mask_strength", "set_area_to_bounds", "control", *TIMED,
)  # fmt: skip


class Scissors:
    """Cuts the entries of one run.

    ``ratio`` is pixels a latent; ``shrink(picture, size)`` makes a picture smaller, and
    ``fit_hint(hint, height, width, algorithm)`` brings a hint to a size as the host does.
    """

    def __init__(
        self,
        ratio: int,
        shrink: Callable[[Tensor, tuple[int, int]], Tensor],
        fit_hint: Callable[[Tensor, int, int, str], Tensor],
    ) -> None:
        self._ratio, self._shrink, self._fit_hint = ratio, shrink, fit_hint

    def entry(self, entry: Entry, extent: Tensor | None, part: Part) -> Entry:
        """The entry as the part's call is told it; ``extent`` is that of the whole view.

        Raises ``ValueError`` for what cannot be cut.
        """
        if entry.get("gligen") is not None:
            raise ValueError(
                "GLIGEN boxes cannot be cut into windows; use areas (Conditioning Set Area) "
                "instead, or set tile_size and multiscale to 0."
            )
        cut = {name: value for name, value in entry.items() if name not in _PLACED}
        if part.view.sigma is None:
            cut |= {name: entry[name] for name in TIMED if name in entry}
        cut["uuid"] = uuid.uuid4()
        if extent is not None:
            cut["mask"] = part.cut(_to_rows(extent, len(part.x)))
        cut["model_conds"] = {
            name: self._cond(name, value, part) for name, value in entry["model_conds"].items()
        }
        control = self._control(entry.get("control"), part)
        if control is not None:
            cut["control"] = control
        return cut

    def _cond(self, name: str, value: Any, part: Part) -> Any:
        rows = value.process_cond(batch_size=len(part.x), area=None)
        cond = getattr(rows, "cond", None)
        if name in MAPS:
            return rows._copy_with(part.cut(on_grid(rows.cond, part.view.windows, part.view.size)))
        if not isinstance(cond, Tensor) or cond.ndim != part.x.ndim:
            return rows
        if cond.shape[-2:] != part.view.size:
            return rows
        return rows._copy_with(part.cut(self._fit(cond, part.view)))

    def _fit(self, picture: Tensor, view: View) -> Tensor:
        size = (view.windows.height, view.windows.width)
        return picture if size == view.size else self._shrink(picture, size)

    def extent(self, entry: Entry, view: View, x: Tensor) -> Tensor | None:
        """How much an entry counts where, (1 or n, ..., h, w); None where it is 1 everywhere.

        An area becomes a mask: its prompt is asked in whole windows, not in slivers of them.
        """
        area, mask = entry.get("area"), entry.get("mask")
        if area is None and mask is None:
            return None
        extent = torch.ones((1, *x.shape[2:-2], *view.size), device=x.device)
        if mask is not None:
            extent = _to_rows(mask.to(x.device) * entry.get("mask_strength", 1.0), len(x))
        if area is not None:
            half = len(area) // 2
            rows = _span(area[half - 2], area[-2], view.size[0], fade=mask is None)
            columns = _span(area[half - 1], area[-1], view.size[1], fade=mask is None)
            extent = extent * (rows[:, None] * columns).to(extent)
        return self._fit(extent, view)

    def _control(self, control: Any, part: Part) -> Any:
        """A ControlNet and those before it, with cut hints; None where none of them speaks."""
        if control is None:
            return None
        if id(control) not in part.controls:
            part.controls[id(control)] = self._cut_control(control, part)
        return part.controls[id(control)]

    def _cut_control(self, control: Any, part: Part) -> Any:
        if not hasattr(control, "cond_hint_original"):
            raise ValueError(
                f"The control {type(control).__name__} keeps its hint in a way that cannot be cut "
                "into windows; use a stock ControlNet, or set tile_size and multiscale to 0."
            )
        before = self._control(control.previous_controlnet, part)
        if not speaks(control, part.view):
            return before

        def of_hint(hint: Tensor) -> Tensor:
            return self._hint(hint, control.upscale_algorithm, part)

        cut = with_pictures(control, of_hint, before)
        if part.view.sigma is not None:
            for one in (cut, *cut.multigpu_clones.values()):
                one.timestep_range = (math.inf, -math.inf)  # it speaks now: the host must not ask
        return cut

    def _hint(self, hint: Tensor, algorithm: str, part: Part) -> Tensor:
        windows, ratio = part.view.windows, self._ratio
        fitted = self._fit_hint(hint, windows.height * ratio, windows.width * ratio, algorithm)
        if len(fitted) > 1 or len(part.windows) > 1:  # a single row serves all rows of its call
            fitted = _to_rows(fitted, len(part.x))
        return part.cut(fitted)


def _span(length: int, start: int, size: int, fade: bool) -> Tensor:
    """One axis of an area, (size,): 1 inside, fading as the host fades it at inner borders."""
    length = min(length, size - start)
    inside = torch.ones(length)
    if fade:
        over = min(_FADE, length // 4)
        ramp = torch.arange(1, over + 1) / max(over, 1)
        if start > 0:
            inside[:over] *= ramp
        if start + length < size:
            inside[length - over :] *= ramp.flip(0)
    span = torch.zeros(size)
    span[start : start + length] = inside
    return span


def _to_rows(tensor: Tensor, rows: int) -> Tensor:
    """As many rows as pictures, as the host makes them: repeated from the first on."""
    return tensor.repeat(-(-rows // len(tensor)), *(1,) * (tensor.ndim - 1))[:rows]
