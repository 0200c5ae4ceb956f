"""Tags of HTML and XML, a line at a time, as the lines of a list that they stand for.

``<level scale="10x">its veins</level>`` is "- (10x) its veins"; of one that holds others, such as
``<prompt>``, each is a field: "prompt: its veins".
"""

from __future__ import annotations

import re

from .letters import folded
from .scales import scale_of
from .tidy import PROMPT_NAMES

_WRAP = re.compile("</?(?:answer|output|response|result|final_answer|ladder|final)>")
_LIST = re.compile(
    "</?(?:ol|ul|levels|ladder|prompts|list|steps|items|views|zoom|zooms|zoom_?(?:ladder|levels|"
    "sequence)|sequence)(?: [^<>]{0,80})?>|<\\?xml[^<>]{0,80}\\?>"
)
_LEVEL = "(li|(?:level|step|item|prompt|view|p|stage|scene)(?:[_-]?[0-9]{1,3})?)"
_ITEM = re.compile(rf"<{_LEVEL}((?: [^<>]{{0,80}})?)>(.*)</\1>")
_OPEN = re.compile(rf"<{_LEVEL}((?: [^<>]{{0,80}})?)>")
_FIELD = re.compile("<([a-z][a-z_-]{0,30})>(.*)</\\1>")
_FIELDS = re.compile("<([a-z][a-z_-]{0,30})>([^<>]*)</\\1>")
_PROMPT = re.compile(PROMPT_NAMES)
_NAMED = re.compile("<([a-z][a-z_-]{0,30})>")
_CLOSE = re.compile("</([a-z][a-z0-9_-]{0,30})>")
_VALUE = re.compile("= ?[\"']([^\"'<>]{1,40})[\"']")


class Markup:
    """Goes through the lines of a text in their order."""

    def __init__(self) -> None:
        self.level = ""  # the tag of the level that is open
        self.names: list[str] = []  # those that are open inside of it

    def line(self, line: str) -> str:
        """What a line says without its tags; a line that has none is itself."""
        text = line.strip(" ")
        low = folded(text)
        if _WRAP.fullmatch(low):
            return ""
        opened = _OPEN.fullmatch(text)
        if self.level and not (opened and opened[1] == self.level):
            return self._inside(line, text)
        item = _ITEM.fullmatch(text)
        if item:
            return _entry(item[2], item[3])
        if opened:
            self.level = opened[1]
            return _entry(opened[2], "")
        return "" if _LIST.fullmatch(text) else line

    def _inside(self, line: str, text: str) -> str:
        closed = _CLOSE.fullmatch(text)
        if closed and closed[1] == self.level:
            self.level, self.names = "", []
            return ""
        if closed and closed[1] in self.names:
            self.names.remove(closed[1])
            return ""
        field = _FIELD.fullmatch(text)
        if field:
            return f"{_name(field[1])}: {field[2]}"
        named = _NAMED.fullmatch(text)
        if named:
            self.names.append(named[1])
            return f"{_name(named[1])}:"
        return line


def _entry(attributes: str, text: str) -> str:
    values = _VALUE.findall(attributes)
    fields = _FIELDS.findall(text)
    if fields and not _FIELDS.sub("", text).strip(" "):
        values += [value for _, value in fields]
        text = next((value for name, value in fields if _PROMPT.fullmatch(_name(name))), values[-1])
    scales = [value for value in values if scale_of(value)]
    return f"- ({scales[0]}) {text}" if scales else f"- {text}"


def _name(tag: str) -> str:
    return re.sub("[_-]", " ", tag)
