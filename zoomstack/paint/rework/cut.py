"""A part of a zoom as a zoom of its own."""

from __future__ import annotations

from collections.abc import Sequence

from ...scene.between.written import kept as ends_written
from ...scene.geometry import Geometry
from ...scene.stack import ZoomStack
from .draft import check_level
from .told import begun, noted


def cut(stack: ZoomStack, first: int = 0, last: int | None = None) -> ZoomStack:
    """Levels ``first`` to ``last``, both among them, with what is known of them; to the bit.

    ``last`` is the deepest where it is not given. A ring is opened: its part may lead round, as
    from 5 over the deepest and 0 to 2, and ``cut(ring, 3, 2)`` is all of it beginning at 3. All of
    a stack that is no ring is the stack as it is.

    Raises ``ValueError`` for a level that is not there, and for a part that ends before it begins.
    """
    g = stack.geometry
    last = g.levels - 1 if last is None else last
    check_level(first, stack, "The first level to keep")
    check_level(last, stack, "The last level to keep")
    if not g.closed:
        if last < first:
            raise ValueError(
                f"Levels {first} to {last} end before they begin, and this zoom is no ring that "
                f"could lead round; cut {last} to {first}."
            )
        if last - first == g.levels - 1:
            return stack
    kept = [(first + step) % g.levels for step in range((last - first) % g.levels + 1)]
    what = "a ring" if g.closed else "a zoom"
    return noted(part(stack, kept), "cut", note=f"levels {first} to {last} of {what} of {g.levels}")


def part(stack: ZoomStack, kept: Sequence[int]) -> ZoomStack:
    """The levels ``kept``, each the next deeper of the one before, as an open stack."""
    g = stack.geometry
    return begun(stack, {level: place for place, level in enumerate(kept)})._replace(
        levels=stack.levels[list(kept)],
        geometry=Geometry(
            g.height,
            g.width,
            tuple(g.zooms[level] for level in kept[:-1]),
            tuple(g.focus[level] for level in kept[:-1]),
        ),
        prompts=tuple(stack.prompts[level] for level in kept) if stack.prompts else (),
        bridges=ends_written(stack.bridges, kept),
    )
