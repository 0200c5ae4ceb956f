"""A jobs file as it is written: TOML or CSV, each entry a few named values. Runs no code.

Standard library only; TOML is read by Python 3.11 and newer, or by tomli where that is.
"""

from __future__ import annotations

import csv
import importlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from ..headless.workflow import text_of
from ..setup.errors import BadInput

KEYS = ("name", "workflow", "ladder", "prompts", "photo", "seed")
SET, JOB = "set", "job"
FORMATS = (".toml", ".csv")


class NoToml(BadInput):
    """A Python that cannot read TOML; the environment's can."""


class Row(NamedTuple):
    """One entry: ``place`` for messages, ``values`` by key, ``changes`` by "NODE.INPUT".

    A value is what a job takes, or a list of such: a grid.
    """

    place: str
    values: dict[str, Any]
    changes: dict[str, Any]


def is_jobs_file(path: Path) -> bool:
    """Whether a path names a jobs file, by the end of its name."""
    return path.suffix.lower() in FORMATS


def rows(path: Path) -> list[Row]:
    """The entries of a jobs file; ``BadInput`` names the line or the key that cannot be read."""
    if not is_jobs_file(path):
        raise BadInput(f"{path} is no jobs file; its name ends in .toml or .csv")
    text = text_of(path, str(path))
    found = [*(_csv(path, text) if path.suffix.lower() == ".csv" else _toml(path, text))]
    if not found:
        raise BadInput(f"{path} holds no jobs; write one a line under the names of the columns")
    return found


def _toml(path: Path, text: str) -> Iterator[Row]:
    toml = _reader(path)
    try:
        data = toml.loads(text)
    except (ValueError, RecursionError) as error:  # of its own, and of numbers that no int takes
        raise BadInput(f"{path} is not TOML: {error}") from None
    entries = data.pop(JOB, [{}])
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise BadInput(f"{path}: {JOB} is no list of jobs; begin each with a line [[{JOB}]]")
    common = _row(str(path), data)
    for count, entry in enumerate(entries, 1):
        place = f"{path}, [[{JOB}]] {count}" if len(entries) > 1 else str(path)
        own = _row(place, entry)
        values = {**common.values, **own.values}
        if "ladder" in own.values or "prompts" in own.values:  # of the two the nearer one counts
            values = {k: v for k, v in values.items() if k in own.values or k not in _LADDERS}
        yield Row(place, values, {**common.changes, **own.changes})


_LADDERS = ("ladder", "prompts")


def _row(place: str, entry: Mapping[str, Any]) -> Row:
    values = {key: value for key, value in entry.items() if key != SET}
    changes = entry.get(SET, {})
    if unknown := [key for key in values if key not in KEYS]:
        raise BadInput(
            f"{place}: a job has no {unknown[0]!r}; it has {', '.join(KEYS)}, and under "
            f'[{SET}] (of one job: [{JOB}.{SET}]) lines like "KSampler.steps" = 20'
        )
    if not isinstance(changes, dict):
        raise BadInput(f'{place}: {SET} is no table; write [{SET}] and then "NODE.INPUT" = VALUE')
    for key, value in changes.items():
        if isinstance(value, dict):
            raise BadInput(
                f'{place}, {SET}.{key}: put NODE.INPUT into quotes, as in "{key}.steps" = 20'
            )
    return Row(place, values, changes)


def _reader(path: Path) -> ModuleType:
    for name in ("tomllib", "tomli"):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            continue
    raise NoToml(f"{path}: TOML needs Python 3.11 or newer; write the jobs as CSV, or use that")


def _csv(path: Path, text: str) -> Iterator[Row]:
    head = next((line for line in text.splitlines() if line.strip()), "")
    mark = next((mark for mark in "\t;," if mark in head), ",")  # as spreadsheets save it
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    names: list[str] = []
    try:
        for cells in lines:
            place = f"{path}, line {lines.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = _head(place, cells)
                continue
            given = _given(place, names, cells, mark)
            values = {name: cell for name, cell in given.items() if "." not in name}
            changes = {name: cell for name, cell in given.items() if "." in name}
            several = {name: _read(cell) for name, cell in {**values, **changes}.items()}
            yield Row(
                place,
                {n: several[n] if isinstance(several[n], list) else c for n, c in values.items()},
                {name: several[name] for name in changes},
            )
    except csv.Error as error:
        raise BadInput(f"{path}, line {lines.line_num} is not CSV: {error}") from None


def _head(place: str, cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    for name in filter(None, names):  # a spreadsheet saves each column that was ever touched
        if name not in KEYS and not (0 < name.find(".") < len(name) - 1):
            raise BadInput(
                f"{place}: no column is called {name!r}; the first line names them: "
                f"{', '.join(KEYS)}, or NODE.INPUT as in KSampler.steps"
            )
        if names.count(name) > 1:
            raise BadInput(f"{place}: two columns are called {name!r}; leave one out")
    return names


def _given(place: str, names: Sequence[str], cells: Sequence[str], mark: str) -> dict[str, str]:
    """A line's cells by their columns' names, but for those with nothing in them."""
    filled = {at: cell.strip() for at, cell in enumerate(cells) if cell.strip()}
    if max(filled) >= len(names):
        raise BadInput(
            f"{place} has {max(filled) + 1} cells under {len(names)} columns; put what holds "
            f'a {mark!r} into quotes: "..."'
        )
    for at, cell in filled.items():
        if not names[at]:
            raise BadInput(
                f"{place}: {cell!r} stands in column {at + 1}, which has no name; write its name "
                "into the first line, or empty the cell"
            )
    return {names[at]: cell for at, cell in filled.items()}


def _read(cell: str) -> Any:
    """JSON where a cell can be read as such, else the text itself: as ``--set`` has it."""
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell
