"""A stack some of whose levels are yet to be made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...scene.stack import ZoomStack


@dataclass(frozen=True)
class Draft:
    """What a deed asks for: the stack as it will be, of which the levels ``free`` are to be made.

    ``stack`` has every level of the result, with the geometry, prompts and history that it will
    have. Held levels are pictures as they were; a free one holds a guess: the old picture, or what
    its neighbours know of it. ``free`` is sorted, and not empty.
    """

    stack: ZoomStack
    free: tuple[int, ...]
    deed: str
    note: str = ""

    @property
    def held(self) -> tuple[int, ...]:
        """The levels that stay as they are."""
        return tuple(level for level in range(len(self.stack.levels)) if level not in self.free)


def check_level(level: int, stack: ZoomStack, name: str = "level") -> None:
    """Raise ``ValueError`` unless the stack has this level."""
    count = len(stack.levels)
    if not 0 <= level < count:
        raise ValueError(
            f"{name} is {level}, but the stack's {count} levels are 0 to {count - 1} (0 is the "
            "widest); name one of those."
        )


def lines_of(prompts: Sequence[str]) -> tuple[str, ...]:
    """The new levels' prompts, of which there is at least one; one text is one level."""
    lines = (prompts,) if isinstance(prompts, str) else tuple(prompts)
    if not lines:
        raise ValueError("No level is to be made; give a prompt for each new level.")
    return lines


def spread_out(stack: ZoomStack) -> tuple[str, ...]:
    """A prompt a level: the stack's, or empty ones where it has none."""
    return stack.prompts or ("",) * len(stack.levels)


def marked(draft: Draft, bridges: Sequence[bool]) -> Draft:
    """The draft whose free levels are those of a ladder with these marks, the widest first."""
    if not any(bridges):
        return draft
    own = list(marks(draft.stack))
    for level, mark in zip(draft.free, bridges, strict=True):
        own[level] = mark
    return replace(draft, stack=draft.stack._replace(bridges=tuple(own)))


def marks(stack: ZoomStack) -> tuple[bool, ...]:
    """A mark a level, True for one that was put between two: the stack's, or none of them."""
    return stack.bridges or (False,) * len(stack.levels)
