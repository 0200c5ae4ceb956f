"""Levels in code fences: all in one, or each in its own."""

from __future__ import annotations

from .around import Fence
from .letters import Line
from .plain import Read, left_out, plain
from .shapes import listed_in, structured


def fenced(lines: list[Line], fences: list[Fence]) -> Read | None:
    """What stands in the fence with the most lines."""
    if not fences:
        return None
    fence = max(fences, key=lambda each: sum(bool(line.text) for line in each.lines))
    found = structured(fence.lines) or (plain(fence.lines), [])
    if not found[0]:
        return None
    around = [*lines[: fence.start], *lines[fence.stop :]]
    around = [line for line in around if not line.text.startswith(("```", "~~~"))]
    return found[0], [*left_out(around, fence.lines[0].number), *found[1]]


def split_fences(lines: list[Line], fences: list[Fence]) -> Read | None:
    """Fences with one line each are the prompts of a list, or the list itself."""
    single = [sum(bool(line.text) for line in fence.lines) == 1 for fence in fences]
    if len(fences) < 2 or not all(single):
        return None
    bare = [
        line._replace(text="") if line.text.startswith(("```", "~~~")) else line for line in lines
    ]
    listed = listed_in(bare)
    if listed and len(listed[0]) == len(fences):
        return listed
    inside = [line for fence in fences for line in fence.lines if line.text]
    numbers = [line.number for line in inside]
    around = [line for line in bare if line.text and line.number not in numbers]
    return plain(inside), left_out(around, inside[0].number)
