"""The rows of ``bench speed`` and of ``bench memory``, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .line import Line
from .rows.anchored import anchored
from .rows.camera import camera
from .rows.captioned import captioned
from .rows.depth import depth
from .rows.film import film
from .rows.fuse import fuse
from .rows.held import calls, depths, films
from .rows.laddered import laddered
from .rows.motion import motion
from .rows.sampled import batches, sampled
from .rows.start import start
from .rows.written import written
from .settings import Bench

Row = Callable[[Bench], Iterator[Line]]

SPEED: dict[str, Row] = {
    "sampling": sampled,
    "ladders": laddered,
    "fuse": fuse,
    "anchor": anchored,
    "depth": depth,
    "batches": batches,
    "film": film,
    "captions": captioned,
    "camera": camera,
    "motion": motion,
    "files": written,
    "start": start,
}
MEMORY: dict[str, Row] = {"calls": calls, "depths": depths, "films": films}


def chosen(names: list[str] | None, menu: dict[str, Row]) -> dict[str, Row]:
    """The rows of these names; all where none is given. ``ValueError`` for an unknown name."""
    for name in names or ():
        if name not in menu:
            raise ValueError(f"There is no row {name!r}; there are: {', '.join(menu)}.")
    return {name: menu[name] for name in names or menu}
