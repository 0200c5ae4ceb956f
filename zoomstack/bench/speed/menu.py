"""The rows of ``bench speed`` and of ``bench memory``, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .anchored import anchored
from .depth import depth
from .fuse import fuse
from .line import Line
from .sampled import batches, sampled
from .settings import Bench

Row = Callable[[Bench], Iterator[Line]]

SPEED: dict[str, Row] = {
    "sampling": sampled,
    "fuse": fuse,
    "anchor": anchored,
    "depth": depth,
    "batches": batches,
}
MEMORY: dict[str, Row] = {}


def chosen(names: list[str] | None, menu: dict[str, Row]) -> dict[str, Row]:
    """The rows of these names; all where none is given. ``ValueError`` for an unknown name."""
    for name in names or ():
        if name not in menu:
            raise ValueError(f"There is no row {name!r}; there are: {', '.join(menu)}.")
    return {name: menu[name] for name in names or menu}
