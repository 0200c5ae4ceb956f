"""Tables in Markdown, or with tabs between their cells as they are copied from a page."""

from __future__ import annotations

import re
from typing import NamedTuple

from .brackets import Rung, options
from .letters import Line, folded, strip
from .scales import POWER, TIMES, Scale, number_of, scale_of
from .tidy import PROMPT_NAMES, tidied

_BAR = re.compile(r"\|? *:?-+:? *(?:\| *:?-+:? *)*\|?")
TAB = " " * 4  # as lines have it
_QUOTED = re.compile(' *"([^"]*)" *')
_CELL = re.compile(r"(?:[^|\\]|\\.|\\$)*")
_PROMPT = re.compile(rf"(?:{PROMPT_NAMES})s?")
_TIMES = re.compile("(?:[a-z]+[ _])?(?:magnification|zoom|times|vergrößerung)(?:[ _].*)?")
_SIZE = re.compile(
    "(?:[a-z]+[ _])?(?:scale|power|width|size|field of view|fov|maßstab|échelle|escala|scala)"
    "(?:[ _].*)?"
)
_FACTOR = re.compile("(?:p|factor|zoom factor|step factor)")
_INDEX = re.compile(
    "(?:#|no\\.?|nr\\.?|level|step|view|index|ebene|stufe|niveau|nivel|livello|nível|уровень|Уровень|"
    "级别|層級|层级|序号|レベル|레벨|단계)"
)


class Table(NamedTuple):
    """A table's levels with the numbers of their lines, the lines around it, and the names of the
    columns that are left out."""

    rungs: list[Rung]
    numbers: list[int]
    scales: list[list[Scale]]
    before: list[Line]
    after: list[Line]
    left: list[str]


def table_in(lines: list[Line]) -> Table | None:
    """The table of a text; None where there is none."""
    for at, line in enumerate(lines):
        if at and "|" in line.text and len(line.text) < 2000 and _BAR.fullmatch(line.text):
            return _table(lines, at - 1, at + 1)
    filled = [index for index, line in enumerate(lines) if line.text]
    if len(filled) > 2 and all(re.match(r"\|.*\|$", lines[index].text) for index in filled):
        return _table(lines, filled[0], filled[0] + 1)
    for sign in (TAB, ","):
        if len(filled) > 2 and all(sign in lines[index].text for index in filled):
            return _separated(lines, filled, sign)
    return None


def _separated(lines: list[Line], filled: list[int], sign: str) -> Table | None:
    """A table whose cells have tabs or commas between them, and whose head says so."""
    names = [folded(cell.strip(" ")) for cell in lines[filled[0]].text.split(sign)]
    prompts = [name for name in names if _PROMPT.fullmatch(name)]
    if not prompts or not all(_known(name) for name in names):
        return None
    barred = [line._replace(text=_barred(line.text, sign)) for line in lines]
    return _table(barred, filled[0], filled[0] + 1)


def _known(name: str) -> bool:
    """Whether a name is that of a column: a prompt may hold commas as well."""
    found = _PROMPT.fullmatch(name) or _INDEX.fullmatch(name) or name in (*_OWN, *_OTHERS)
    return bool(found or _TIMES.fullmatch(name) or _SIZE.fullmatch(name))


def _barred(text: str, sign: str) -> str:
    """A line with bars between its cells: those in quotation marks may hold commas."""
    cells, at = [], 0
    while at <= len(text):
        quoted = _QUOTED.match(text, at)
        if quoted and (quoted.end() == len(text) or text.startswith(sign, quoted.end())):
            cell, end = quoted[1], quoted.end()
        else:
            found = text.find(sign, at)
            end = len(text) if found < 0 else found
            cell = text[at:end]
        cells.append(cell.replace("|", "\\|"))
        at = end + len(sign)
    return "|".join(cells)


def _table(lines: list[Line], head: int, first: int) -> Table | None:
    names = [folded(tidied(cell)) for cell in _cells(lines[head].text)]
    end = first
    rows = []
    while end < len(lines) and "|" in lines[end].text:
        cells = [strip(cell) for cell in _cells(lines[end].text)]
        if any(cells) and not _BAR.fullmatch(lines[end].text):
            rows.append((lines[end].number, (cells + [""] * len(names))[: max(len(names), 1)]))
        end += 1
    prompts = _prompts(names, [cells for _, cells in rows])
    rows = [(number, cells) for number, cells in rows if prompts is not None and cells[prompts]]
    if prompts is None or len(rows) < 2:
        return None
    rungs = [_rung(number, names, cells, prompts) for number, cells in rows]
    columns = [index for index in range(len(names)) if index != prompts]
    kinds = {index: _kind(names[index], [cells[index] for _, cells in rows]) for index in columns}
    scales = [
        [scale for i in columns if (scale := _scale(kinds[i], cells[i]))] for _, cells in rows
    ]
    left = [
        names[i] for i in columns
        if not kinds[i] and names[i] not in _OWN and not _INDEX.fullmatch(names[i]) and names[i]
    ]  # fmt: skip
    before = [line for line in lines[:head] if line.text]
    after = [line for line in lines[end:] if line.text]
    return Table(rungs, [number for number, _ in rows], scales, before, after, left)


_OTHERS = ("title", "name", "subject", "notes", "note", "id")
_OWN = ("p", "factor", "zoom factor", "step factor", "focus", "cfg", "seed", "weight", "steps")


def _cells(line: str) -> list[str]:
    bare = line[1:] if line.startswith("|") else line
    bare = bare[:-1] if bare.endswith("|") and not bare.endswith("\\|") else bare
    cells, at = [], 0
    while at <= len(bare):
        found = _CELL.match(bare, at)
        end = found.end() if found else len(bare)
        cells.append(bare[at:end].replace("\\|", "|").strip(" "))
        at = end + 1
    return cells


def _prompts(names: list[str], rows: list[list[str]]) -> int | None:
    """The column that holds prompts: by its name, else the one with the most words."""
    for name in PROMPT_NAMES.split("|"):
        for index, each in enumerate(names):
            if each in (name, f"{name}s") and not all(number_of(row[index]) for row in rows):
                return index
    for index, each in enumerate(names):
        if re.search("prompt|descri|what you see|visual", each):
            return index
    lengths = [sum(len(row[index]) for row in rows) for index in range(len(names))]
    return lengths.index(max(lengths)) if rows and any(lengths) else None


def _kind(name: str, cells: list[str]) -> str:
    """What a column's numbers are, if they are sizes."""
    if name in _OWN:
        return ""
    scales = [scale_of(tidied(cell)) for cell in cells]
    if sum(scale is not None for scale in scales) >= max(2, len(cells) - 1):
        return "said"
    if _INDEX.fullmatch(name) or not all(number_of(cell) for cell in cells):
        return ""
    unit = re.search(r"\(([^()]{1,20})\)", name)
    if unit and scale_of(f"1 {unit[1]}"):
        return f"unit {unit[1]}"
    return TIMES if _TIMES.fullmatch(name) else POWER if _SIZE.fullmatch(name) else ""


def _scale(kind: str, cell: str) -> Scale | None:
    if not kind:
        return None
    said = scale_of(tidied(cell))
    if kind == "said" or said and said.kind != POWER:
        return said
    number = number_of(cell)
    if number is None:
        return None
    if kind.startswith("unit "):
        one = scale_of(f"1 {kind[5:]}")
        return Scale(one.kind, number * one.value, 0) if one else None
    return Scale(kind, number, 0)


def _rung(number: int, names: list[str], cells: list[str], prompts: int) -> Rung:
    zoom, words = None, []
    for index, name in enumerate(names):
        cell = tidied(cells[index])
        if _FACTOR.fullmatch(name):
            zoom = number_of(cell)
        elif name in ("focus", "cfg", "seed", "weight", "steps") and cell:
            words.append(f"{name}={cell.replace(' ', '').strip('()')}")
    _, focus, settings = options(number, 1, " ".join(words))
    return Rung(tidied(cells[prompts]), zoom if zoom and zoom > 1 else None, focus, settings)
