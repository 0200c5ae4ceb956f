"""What stands around an answer: the model's thinking, its channel, code fences."""

from __future__ import annotations

import re
from typing import NamedTuple

from .letters import Line, folded
from .markup import Markup

_TAGS = "think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis"
_OPEN = re.compile(rf"(?:<(?:{_TAGS})>|◁think▷|\[think\])")
_CLOSE = re.compile(rf"(?:</(?:{_TAGS})>|◁/think▷|\[/think\])")
_FINAL = "<|channel|>final<|message|>"
_ENDS = re.compile(r"<\|[a-z_]{1,20}\|>|</s>|<(?:end_of_turn|eos)>")
_FENCE = re.compile("(`{3,}|~{3,})([^`]*)")


class Body(NamedTuple):
    """What is left of an answer, and what was around it. ``open``: its thinking never ends."""

    lines: list[Line]
    thought: list[Line]
    wrapped: bool = False
    open: bool = False


class Fence(NamedTuple):
    """A fence's lines, and from which of a body's to which it stands."""

    lines: list[Line]
    start: int
    stop: int


def unwrapped(lines: list[Line]) -> Body:
    """The answer without the thinking before it, with its lines' numbers."""
    thought: list[Line] = []
    wrapped = ended = False
    for index in range(len(lines) - 1, -1, -1):
        low = folded(lines[index].text)
        at = low.rfind(_FINAL)
        closes = list(_CLOSE.finditer(low))
        if at < 0 and not closes:
            continue
        end = closes[-1].end() if closes else at + len(_FINAL)
        rest = lines[index].text[end:].strip(" ")
        thought = [line for line in lines[: index + 1] if line.text]
        lines = [lines[index]._replace(text=rest), *lines[index + 1 :]]
        wrapped = True
        break
    kept: list[Line] = []
    markup = Markup()
    for index, line in enumerate(lines):
        opened = _OPEN.match(folded(line.text))
        if opened:
            thought += [each for each in lines[index:] if each.text]
            wrapped = ended = True
            break
        text = markup.line(_ENDS.sub("", line.text)) if "<" in line.text else line.text
        wrapped |= text != line.text
        kept.append(line._replace(text=text.strip(" ")))
    return Body(kept, thought, wrapped, ended and not any(line.text for line in kept))


def fences_in(lines: list[Line]) -> list[Fence]:
    """The code fences of a text; one that never closes goes on to its end."""
    fences, start, sign = [], -1, ""
    for index, line in enumerate(lines):
        found = _FENCE.fullmatch(line.text)
        if not found:
            continue
        if start < 0:
            start, sign = index, found[1]
        elif line.text.startswith(sign) and not found[2].strip(" "):
            fences.append(Fence(lines[start + 1 : index], start, index + 1))
            start = -1
    if start >= 0:
        fences.append(Fence(lines[start + 1 :], start, len(lines)))
    return [fence for fence in fences if any(line.text for line in fence.lines)]
