"""New levels at the end of a stack: below the deepest, or above the widest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

from torch import Tensor

from ...scene.between.places import Point, factors_of, points_of
from ...scene.checks import check_choice
from ...scene.stack import ZoomStack
from .draft import Draft, lines_of, spread_out
from .guess import guessed
from .told import begun

Where = Literal["inward", "outward"]


def extend(
    stack: ZoomStack,
    prompts: Sequence[str],
    where: Where = "inward",
    zooms: float | Sequence[float] = 2.0,
    focus: Point | Sequence[Point] | None = None,
) -> Draft:
    """The stack, all held, with a new level for each of ``prompts``, the widest first.

    ``inward`` they lie below the deepest; ``outward`` above the widest, which then is a part of the
    last of them. ``zooms``, one or a factor for each new level, and ``focus``, the middle or a
    point (x, y) from 0 to 1 for each, are those of the new steps, the widest first: how a new level
    sits in the one above, or outward how what is below sits in it. One point is that of the step
    between the old levels and the new.

    Raises ``ValueError`` for a ring, which has no end, and where a frame would leave its parent.
    """
    check_choice("where", where, get_args(Where))
    lines, g = lines_of(prompts), stack.geometry
    if g.closed:
        raise ValueError(
            f"This zoom is a ring of {g.levels} levels and has no end to extend; cut it first, or "
            "insert levels between two."
        )
    count = len(lines)
    factors = factors_of(zooms, count)
    points = points_of(focus, count, 0 if where == "inward" else count - 1)
    first = g.levels if where == "inward" else 0
    old, new = ((g.zooms, g.focus), (factors, points))
    wide, deep = (old, new) if where == "inward" else (new, old)
    geometry = replace(g, zooms=wide[0] + deep[0], focus=wide[1] + deep[1])
    moved = 0 if where == "inward" else count
    stack = begun(stack, {level: level + moved for level in range(g.levels)})
    pictures: list[Tensor | None] = list(stack.levels)
    pictures[first:first] = [None] * count
    texts = list(spread_out(stack))
    texts[first:first] = lines
    flags = list(stack.bridges)
    flags[first:first] = [False] * count * bool(flags)
    stack = stack._replace(
        levels=guessed(pictures, geometry),
        geometry=geometry,
        prompts=tuple(texts),
        bridges=tuple(flags),
    )
    return Draft(stack, tuple(range(first, first + count)), "extend", where)
