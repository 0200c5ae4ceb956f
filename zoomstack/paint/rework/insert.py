"""New levels between a level and the next deeper one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor

from ...scene.between.places import Point, between
from ...scene.stack import ZoomStack
from .draft import Draft, lines_of, spread_out
from .guess import guessed
from .told import begun


def insert(
    stack: ZoomStack,
    after: int,
    prompts: Sequence[str],
    zooms: Sequence[float] | None = None,
    focus: Sequence[Point] | None = None,
) -> Draft:
    """The stack with a new level for each of ``prompts`` between ``after`` and the next deeper.

    All its levels are held, and lie in each other as they did. ``zooms`` are the new levels'
    factors, each over the level above it, and ``focus`` their middles there, (x, y) from 0 to 1;
    the level below gets what is left of its own. By default every factor is the same root of the
    old one, and the frames shrink towards the point that the old one keeps in its place.
    In a ring ``after`` may be the deepest level: the new ones then lead to the widest.

    Held levels agree through the new ones only as far as shrinking twice is shrinking once, which
    it is not quite; see ``settle``.

    Raises ``ValueError`` where there is no such place, where the old zoom factor is too small for
    so many levels, or where a frame would leave the one above it or not hold the one below.
    """
    lines = lines_of(prompts)
    g, count = stack.geometry, len(lines)
    pair = next((pair for pair in g.neighbours if pair[0] == after), None)
    if pair is None:
        raise ValueError(
            f"There is nothing below level {after} in this stack of {g.levels} levels to insert a "
            f"level above; insert after 0 to {len(g.neighbours) - 1}, or extend the stack."
            if g.neighbours
            else "A stack of one level has no place between two levels; extend it."
        )
    factors, points = between(g.zooms[after], g.focus[after], count, zooms, focus, pair)
    at = after + 1
    geometry = replace(
        g,
        zooms=(*g.zooms[:after], *factors, *g.zooms[at:]),
        focus=(*g.focus[:after], *points, *g.focus[at:]),
    )
    stack = begun(stack, {level: level + count * (level >= at) for level in range(g.levels)})
    pictures: list[Tensor | None] = list(stack.levels)
    pictures[at:at] = [None] * count
    texts = list(spread_out(stack))
    texts[at:at] = lines
    flags = list(stack.bridges)
    flags[at:at] = [False] * count * bool(flags)
    stack = stack._replace(
        levels=guessed(pictures, geometry),
        geometry=geometry,
        prompts=tuple(texts),
        bridges=tuple(flags),
    )
    note = f"between levels {pair[0]} and {pair[1]}"
    return Draft(stack, tuple(range(at, at + count)), "insert", note)
