"""One entry of a jobs file with lists and ranges in it, as all the entries that it stands for."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..setup.errors import BadInput
from .rows import Row

MOST = 10_000
_RANGE = re.compile(r"\s*(-?\d{1,20})\s*\.\.\s*(-?\d{1,20})\s*")


class Point(NamedTuple):
    """An entry without lists; ``varied`` are the values that a grid gave it, as text by key."""

    row: Row
    varied: tuple[tuple[str, str], ...]


def points(row: Row, most: int = MOST) -> Iterator[Point]:
    """What ``row`` stands for: each choice of a value from each list, the last key fastest.

    A range "1..100" is the list of its whole numbers. Raises ``BadInput`` for an empty list, and
    for more than ``most``.
    """
    axes = {key: _axis(row, key, value, most) for key, value in row.values.items()}
    changes = {key: _axis(row, key, value, most) for key, value in row.changes.items()}
    several = [*axes.values(), *changes.values()]
    if (count := math.prod(map(len, several))) > most:
        raise BadInput(_crowd(row.place, count, most))
    names = [*axes, *changes]
    for choice in itertools.product(*several):
        values = dict(zip(axes, choice, strict=False))
        changed = dict(zip(changes, choice[len(axes) :], strict=True))
        varied = tuple(
            (name, str(value))
            for name, axis, value in zip(names, several, choice, strict=True)
            if len(axis) > 1
        )
        yield Point(Row(row.place, values, changed), varied)


def _axis(row: Row, key: str, value: Any, most: int) -> list[Any] | range:
    place = f"{row.place}, {key}"
    if isinstance(value, str) and (key == "seed" or "." in key):
        if found := _RANGE.fullmatch(value):
            first, last = map(int, found.groups())
            if last < first:
                raise BadInput(f"{place}: {value!r} ends before it begins")
            if last - first >= most:
                raise BadInput(_crowd(place, last - first + 1, most))
            return range(first, last + 1)
    if not isinstance(value, list):
        return [value]
    if not value:
        raise BadInput(f"{place}: the list is empty; leave {key} out")
    return value


def _crowd(place: str, count: int, most: int) -> str:
    return (
        f"{place} stands for {count} jobs; a file has {most} at most: make its lists shorter, or "
        "more files of it"
    )
