"""The rows of ``bench speed`` and of ``bench memory``, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .anchored import anchored
from .depth import depth
from .film import film
from .fuse import fuse
from .held import calls, depths, films
from .line import Line
from .motion import motion
from .sampled import batches, sampled
from .settings import Bench
from .start import start
from .written import written

Row = Callable[[Bench], Iterator[Line]]

SPEED: dict[str, Row] = {
    "sampling": sampled,
    "fuse": fuse,
    "anchor": anchored,
    "depth": depth,
    "batches": batches,
    "film": film,
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
