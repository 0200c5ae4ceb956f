"""Several stacks with a common beginning as one tree: what they share is there once.

The first stack is the trunk. Each other one leaves the trunk, or a stack before it, at the deepest
level that the two have in common; from there on its levels are its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

from ..scene.stack import ZoomStack


class Branch(NamedTuple):
    """A stack, and where it leaves the others of its tree."""

    of: int  # which stack it leaves: 0 is the trunk, 1 the first branch, and so on
    level: int  # the deepest level that it shares with that one
    stack: ZoomStack

    @property
    def own(self) -> range:
        """The levels that are this stack's alone; none where it is another one's beginning."""
        return range(self.level + 1, len(self.stack.levels))


def branches_of(trunk: ZoomStack, others: Sequence[ZoomStack]) -> tuple[Branch, ...]:
    """Where each of ``others`` leaves ``trunk`` or one before it; the earliest of equals.

    Levels are shared where they are equal in place and in pixels, to the bit (NaN equals NaN).
    Raises ``ValueError`` for a stack of another size, for one that shares no level, and for closed
    ladders, which end nowhere.
    """
    stacks = (trunk, *others)
    found: list[Branch] = []
    for number, stack in enumerate(stacks):
        if number:
            _check_size(trunk, stack, number)
        if others and stack.geometry.closed:
            raise ValueError(
                f"{_name(number)} is a closed ladder, which comes back to its beginning: it has no "
                "place in a tree. Show it in an explorer of its own, or cut it open (Cut Zoom)."
            )
        if number:
            shared = [common(before, stack) for before in stacks[:number]]
            if not max(shared):
                raise ValueError(
                    f"{_name(number)} shares no level with the stacks before it: its widest "
                    "picture is another one. The stacks of a tree begin alike; make them with "
                    "Branch Zoom from one stack, or show this one as compare."
                )
            of = shared.index(max(shared))
            found.append(Branch(of, shared[of] - 1, stack))
    return tuple(found)


def common(a: ZoomStack, b: ZoomStack) -> int:
    """How many levels two stacks of one size have in common, from the widest on."""
    count = 0
    for one, other in zip(a.levels, b.levels, strict=False):
        if count and _places(a)[count - 1] != _places(b)[count - 1]:
            break
        if not _equal(one, other):
            break
        count += 1
    return count


def _places(stack: ZoomStack) -> list[tuple[float, tuple[float, float]]]:
    return list(zip(stack.geometry.zooms, stack.geometry.focus, strict=True))


def _equal(one: Tensor, other: Tensor) -> bool:
    other = other.to(one.device)
    return bool(((one == other) | (one.isnan() & other.isnan())).all())


def _check_size(trunk: ZoomStack, stack: ZoomStack, number: int) -> None:
    first, size = (tuple(one.levels.shape[1:]) for one in (trunk, stack))
    if size == first:
        return
    told = " and ".join(
        f"{whose} {height} x {width} in {channels} channels (rows x columns)"
        for whose, (channels, height, width) in (("the first stack is", first), ("it is", size))
    )
    raise ValueError(
        f"{_name(number)} is of another size: {told}. Stacks of a tree share levels, so they need "
        "one size."
    )


def _name(number: int) -> str:
    return f"Branch {number}" if number else "The first stack"
