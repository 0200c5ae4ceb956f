"""What the calls of a model show: some windows, of the picture or of a smaller one, and when."""

from __future__ import annotations

from typing import Any, NamedTuple

from torch import Tensor

from ...zoomstack.windows.tiling import At, Windows
from .tags import Entry
from .timed import applies


class View(NamedTuple):
    """What calls show: windows over the picture of ``size``, or over a smaller version of it."""

    size: tuple[int, int]  # of the whole picture
    windows: Windows
    sigma: float | None = None  # the sampling's own, where the calls are made at another
    only: tuple[At, ...] = ()  # these windows; all where none is given

    @property
    def whole(self) -> bool:
        """Whether one call shows everything as it is, and nothing is to be cut."""
        return len(self.windows.all) == 1 and self.sigma is None


class Part(NamedTuple):
    """What one call shows: some windows of a view, of the pictures ``x``."""

    view: View
    windows: tuple[At, ...]
    x: Tensor
    controls: dict[int, Any]  # cut already, for entries that share one

    def cut(self, picture: Tensor) -> Tensor:
        return self.view.windows.cut(picture, self.windows)


def is_now(entry: Entry, view: View) -> bool:
    """Whether the entry's part of the schedule is now; the host judges by the call's own sigma."""
    return view.sigma is None or applies(entry, view.sigma)


def speaks(control: Any, view: View) -> bool:
    """As ``is_now``, for a ControlNet."""
    span = control.timestep_range
    if view.sigma is None or span is None:
        return True
    return span[0] >= view.sigma >= span[1]


def speaking(control: Any, view: View) -> tuple[bool, ...]:
    """Which of a chain of ControlNets do."""
    chain = []
    while control is not None and hasattr(control, "timestep_range"):
        chain.append(speaks(control, view))
        control = control.previous_controlnet
    return tuple(chain)
