"""Zooms that are worked on as rows: some levels of a finished zoom made anew, the others held."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Literal, get_args

from ...scene.checks import check_choice
from .rows import Row, parse_row

Deed = Literal["again", "insert", "inward", "outward"]


@dataclass(frozen=True)
class Reworked:
    """One deed to a zoom that the default has made: what is measured is the level made.

    ``again`` makes the middle level anew; ``insert`` makes it where it was left out; ``inward`` and
    ``outward`` make the deepest or the widest where the zoom ended before it. ``wider`` is how much
    the wider levels insist, ``paint.rework.settle``'s. ``space`` is where levels meet, in the zoom
    too: latents ("auto"), or pixels through the small autoencoder, as the nodes have it where there
    is one.
    """

    name: str
    title: str
    deed: Deed
    wider: float = 1.0
    space: Literal["auto", "small"] = "auto"
    ladder: str = "p2"
    anchor: ClassVar[str] = "none"

    def __post_init__(self) -> None:
        check_choice("deed", self.deed, get_args(Deed))

    def made(self, levels: int) -> int:
        """The level that is made, of so many."""
        return {"inward": levels - 1, "outward": 0}.get(self.deed, levels // 2)

    def described(self) -> dict[str, Any]:
        """All that decides what this row samples, and not its name."""
        return {key: value for key, value in asdict(self).items() if key not in ("name", "title")}


DEEDS = (
    Reworked("again-strict", "a level made anew, strict", "again"),
    Reworked("again-free", "a level made anew, free", "again", wider=0.0),
    Reworked("insert", "a level inserted", "insert"),
    Reworked("insert-free", "a level inserted, free", "insert", wider=0.0),
    Reworked("inward", "extended inward", "inward"),
    Reworked("inward-free", "extended inward, free", "inward", wider=0.0),
    Reworked("outward", "extended outward", "outward"),
)
SMALL = tuple(
    replace(row, name=f"{row.name}-small", title=f"{row.title}, small", space="small")
    for row in DEEDS
)
REWORKED = (*DEEDS, *SMALL)


def chosen(spec: str) -> Row | Reworked:
    """The row of this name, or a new one (``parse_row``)."""
    return next((row for row in REWORKED if row.name == spec), None) or parse_row(spec)
