"""What an entry's lines say: a prompt, or fields such as "Prompt: ..." and "Scale: 10x"."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..letters import Line, folded, strip
from ..scales import Scale, scale_of
from ..tidy import PROMPT_NAMES
from .edges import Item, paragraphs_of
from .heads import front_of, head_parts
from .marks import BULLET

_FIELD = re.compile(
    r"(?:\*\*|[_*\"'])?([^ :：*\"'][^:：*\"]{0,30}?)(?:\*\*|[_*\"'])? ?"
    r"(?::(?:\*\*|[_*])?(?: +|$)|：(?:\*\*|[_*])? *)"
)
_PROMPTS = re.compile(PROMPT_NAMES)
_SCALES = re.compile(
    "(?:total |cumulative |overall )?(?:scale|magnification|zoom|zoom level|width|size|"
    "field of view|fov|view width|power|maßstab|vergrößerung|échelle|escala|scala|масштаб|Масштаб|"
    "比例|尺度|倍率|放大倍数|スケール|배율)"
)
_OPTIONS = {"p": "p", "factor": "p", "zoom factor": "p"}
_OPTIONS |= {name: name for name in ("focus", "cfg", "seed", "weight", "steps")}
_OTHERS = (
    "title|name|subject|note|notes|why|rationale|reason|transition|transition cue|center|centre|"
    "negative|negative prompt|camera|focal point|center of frame"
).split("|")
_BLOCKS = (">", "|", ">-", "|-")  # in YAML, before a text that is set in
_BULLET = re.compile(r"(?:> ?)*(?:[-+•◦▪‣·●○] ?|\* )*")
_QUOTE = re.compile("(?:> ?)*")


class Parts(NamedTuple):
    """What the lines of an entry say, and those that say nothing of its level."""

    prompt: str
    scales: list[Scale]
    dropped: list[Line]


class _Reader:
    def __init__(self) -> None:
        self.own: list[str] = []  # what stands under no name
        self.named: list[str] = []  # what is called a prompt
        self.options: list[str] = []
        self.scales: list[Scale] = []
        self.dropped: list[Line] = []
        self.goes_on = False  # the next line belongs to the last prompt

    def field(self, name: str, value: str) -> bool:
        """Whether a field says something of the level."""
        self.goes_on = is_prompt(name)
        if self.goes_on:
            self.named.append("" if value in _BLOCKS else value)
        elif name in _OPTIONS:
            self.options.append(f"{_OPTIONS[name]}={re.sub('[][() ]', '', value)}")
        elif _SCALES.fullmatch(name):
            found = scale_of(value) or next(iter(head_parts(value)[1]), None)
            self.scales += [found] if found else []
        return self.goes_on or name in _OPTIONS or bool(_SCALES.fullmatch(name))

    def line(self, line: Line, wanted: bool) -> None:
        """Takes one line of a body; ``wanted``: as prompt, if it is no field."""
        bulleted = any(mark.kind == BULLET for mark in front_of(line.text).marks)
        text = bare(line.text) if bulleted else line.text
        field = field_in(text)
        if field:
            if not self.field(*field):
                self.dropped.append(line)
        elif self.goes_on and not bulleted:
            self.named[-1] = f"{self.named[-1]} {text}".strip(" ")
        elif wanted and not text.startswith("#"):
            self.own.append(f", {text}" if bulleted and self.own else unquoted_line(text))
        else:
            self.dropped.append(line)


def parts_of(item: Item, titled: bool) -> Parts:
    """What an entry says; where it is ``titled``, its first line is no part of it."""
    reader = _Reader()
    first = None if titled else field_in(item.front.rest)
    if first:
        reader.field(*first)
    elif item.front.rest and not titled:
        reader.own.append(item.front.rest)
    for number, paragraph in enumerate(paragraphs_of(item.body)):
        touching = number == 0 and bool(item.body[0].text)
        wanted = touching or not reader.own
        for line in paragraph:
            reader.line(line, wanted)
        reader.goes_on = reader.goes_on and not reader.named[-1]
    said = [text for text in reader.named if text]
    prompt = said[0] if said else " ".join(reader.own).replace(" , ", ", ")
    if reader.options:
        prompt = f"[{' '.join(reader.options)}] {prompt}"
    return Parts(prompt, reader.scales, reader.dropped)


def field_in(text: str) -> tuple[str, str] | None:
    """A line's name and value where it is a field: "Prompt: ...", "**Scale:** 10x"."""
    match = _FIELD.match(text)
    if not match:
        return None
    name = folded(strip(match[1]))
    known = is_prompt(name) or _SCALES.fullmatch(name) or name in _OPTIONS or name in _OTHERS
    return (name, text[match.end() :]) if known else None


def is_prompt(name: str) -> bool:
    return bool(_PROMPTS.fullmatch(name))


def bare(text: str) -> str:
    """A line without the bullets in front of it."""
    return _BULLET.sub("", text, count=1)


def unquoted_line(text: str) -> str:
    return _QUOTE.sub("", text, count=1)
