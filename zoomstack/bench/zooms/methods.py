"""The neighbouring methods as rows: the comparison of Wang et al. (2023), Table 1 and Fig. 9."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Literal, get_args

from ...paint.canvas import Rounds
from ...paint.outward import Canvas
from ...scene.checks import check_choice
from ..model.ladders import PATTERNS
from .reworked import Reworked
from .rows import BY_NAME, Row

Direction = Literal["outward", "inward"]


@dataclass(frozen=True)
class Neighbour:
    """One way to make a zoom level by level, as OutpaintZoom and SuperResZoom do.

    ``outward`` is outpainting by ``method`` on the ``canvas``, ``inward`` super-resolution, each
    level redrawn at the strength ``redraw``. ``joint`` is the strength of a last pass over all
    levels together, 0 for none.
    """

    name: str
    title: str
    direction: Direction
    ladder: str = "p2"
    method: Rounds = "direct"
    canvas: Canvas = "level"
    redraw: float = 0.6
    joint: float = 0.0
    anchor: ClassVar[str] = "none"

    def __post_init__(self) -> None:
        check_choice("direction", self.direction, get_args(Direction))
        check_choice("ladder", self.ladder, tuple(PATTERNS))

    def described(self) -> dict[str, Any]:
        """All that decides what this row samples, and not its name."""
        return {key: value for key, value in asdict(self).items() if key not in ("name", "title")}


AnyRow = Row | Neighbour | Reworked

DIRECT = Neighbour("outpaint-direct", "outpainting, direct", "outward")
SEQUENTIAL = replace(
    DIRECT, name="outpaint-sequential", title="outpainting, sequential", method="sequential"
)
GROWN = replace(
    SEQUENTIAL,
    name="outpaint-grown",
    title="outpainting, sequential, on a canvas that grows",
    canvas="grown",
)
SUPERRES = Neighbour("superres", "super-resolution", "inward")
JOINT = 0.5  # strength of the last pass in the rows that have one


def _then_joint(row: Neighbour) -> Neighbour:
    return replace(row, name=f"{row.name}-joint", title=f"{row.title}, then joint", joint=JOINT)


METHODS: tuple[AnyRow, ...] = (
    SUPERRES,
    DIRECT,
    SEQUENTIAL,
    GROWN,
    _then_joint(DIRECT),
    _then_joint(SEQUENTIAL),
    replace(BY_NAME["default"], title="joint (Zoom Stack Sampler)"),
    replace(BY_NAME["independent"], title="independent (no method)"),
)


def chosen_methods(names: list[str] | None) -> list[AnyRow]:
    """The rows of these names; all where none is given. ``ValueError`` for an unknown name."""
    known = {row.name: row for row in METHODS}
    for name in names or ():
        if name not in known:
            raise ValueError(f"There is no method {name!r}; there are: {', '.join(known)}.")
    return [known[name] for name in names] if names else list(METHODS)
