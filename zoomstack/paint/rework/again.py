"""Levels of a stack made once more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...scene.stack import ZoomStack
from .draft import Draft, check_level, spread_out
from .told import begun


def again(stack: ZoomStack, levels: Iterable[int], prompts: Sequence[str] | None = None) -> Draft:
    """The stack with ``levels`` to be made anew, all others held; of rings as well.

    ``prompts``: one for each of these levels, or a whole ladder's, of which theirs count; without
    it they keep what they have. A free level's guess is its old picture. Where ``levels`` is all
    there are nothing is held.

    Raises ``ValueError`` where no level is named or one is not there, or prompts do not fit.
    """
    free = tuple(sorted(set(levels)))
    if not free:
        raise ValueError(
            "All levels are held, so nothing is to be made; name the levels to make anew."
        )
    for level in free:
        check_level(level, stack, "A level to make anew")
    stack = begun(stack)
    if prompts is not None:
        stack = stack._replace(prompts=_changed(stack, free, tuple(prompts)))
    return Draft(stack, free, "again")


def _changed(stack: ZoomStack, free: tuple[int, ...], prompts: tuple[str, ...]) -> tuple[str, ...]:
    """The stack's prompts with those of the free levels from a list of either length."""
    count = len(stack.levels)
    if len(prompts) == count:
        new = {level: prompts[level] for level in free}
    elif len(prompts) == len(free):
        new = dict(zip(free, prompts, strict=True))
    else:
        raise ValueError(
            f"There are {len(prompts)} prompts, but the stack has {count} levels, of which "
            f"{len(free)} are made anew; give a prompt for each of those, or the ladder of all "
            f"{count}."
        )
    return tuple(new.get(level, prompt) for level, prompt in enumerate(spread_out(stack)))
