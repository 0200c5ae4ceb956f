"""A stack that remembers what was done to it."""

from __future__ import annotations

from collections.abc import Mapping

from ...scene.history import Event, moved, now
from ...scene.stack import ZoomStack


def begun(stack: ZoomStack, places: Mapping[int, int] | None = None) -> ZoomStack:
    """The stack with a history, before something is done to it.

    One that has none yet begins with how it was sampled, as far as it knows: its seed and prompts.
    ``places`` says where its levels will lie (``history.moved``); without it they stay.
    """
    history = stack.history
    if not history and (stack.prompts or stack.seed is not None):
        levels = tuple(range(len(stack.levels)))
        history = (Event("sample", "", levels, stack.seed, stack.prompts),)
    return stack._replace(history=history if places is None else moved(history, places))


def noted(
    stack: ZoomStack,
    deed: str,
    levels: tuple[int, ...] = (),
    seed: int | None = None,
    prompts: tuple[str, ...] = (),
    note: str = "",
) -> ZoomStack:
    """The stack with one more event, of now; see ``history.Event``."""
    return stack._replace(history=(*stack.history, Event(deed, now(), levels, seed, prompts, note)))
