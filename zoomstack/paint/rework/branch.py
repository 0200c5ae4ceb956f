"""Another target in a level: a second stack that begins as the first does."""

from __future__ import annotations

from collections.abc import Sequence

from ...scene.between.places import Point
from ...scene.stack import ZoomStack
from .cut import part
from .draft import Draft, check_level
from .extend import extend


def branch(
    stack: ZoomStack,
    level: int,
    prompts: Sequence[str],
    zooms: float | Sequence[float] = 2.0,
    focus: Point | Sequence[Point] | None = None,
) -> Draft:
    """Levels 0 to ``level`` of the stack, held, and new ones below for each of ``prompts``.

    ``zooms`` and ``focus`` are those of the new levels, each in the one above: one factor or a
    factor for each; one point (x, y) from 0 to 1, where in ``level`` the branch begins, or a point
    for each. What a ring shows from its level 0 on is a stack with an end, and so is its branch.

    Raises ``ValueError`` for a level that is not there, and where a frame would leave its parent.
    """
    check_level(level, stack, "The level to branch in")
    draft = extend(part(stack, range(level + 1)), prompts, "inward", zooms, focus)
    x, y = draft.stack.geometry.focus[level]
    note = f"from level {level}, at ({x:.4g}, {y:.4g})"
    return Draft(draft.stack, draft.free, "branch", note)
