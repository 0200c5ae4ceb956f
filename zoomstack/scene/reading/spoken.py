"""Plain lines between what a model says before and after them."""

from __future__ import annotations

from .letters import Line
from .plain import Read, left_out, plain
from .sayings import announces, asks, is_closing, is_opening


def spoken(lines: list[Line]) -> Read | None:
    """Plain lines behind "Here are your prompts:", or before "Let me know ...!"."""
    filled = [line for line in lines if line.text]
    around = []
    if len(filled) > 1 and is_opening(filled[0].text):
        gap = filled[1].number > filled[0].number + 1
        if gap or announces(filled[0].text):
            around.append(filled.pop(0))
    opened = bool(around)
    while len(filled) > 1 and is_closing(filled[-1].text):
        apart = filled[-1].number > filled[-2].number + 1
        if not opened and not (apart and asks(filled[-1].text)):
            break
        around.append(filled.pop())
    rungs = plain(filled) if around else []
    return (rungs, left_out(around, filled[0].number)) if rungs else None
