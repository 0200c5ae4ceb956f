"""What the host adds to conditioning before it samples, added to each level's own entries.

To an entry with an area the host adds its opposite in every other kind (positive, negative, ...):
an entry of the same area with the prompt that covers it there. Some ControlNets and GLIGEN boxes it
hands from positives to negatives. It knows no levels, and so takes another level's prompt, or finds
an area covered that is covered at another level alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from .tags import TAG, Entry

Conds = dict[str, list[Entry]]

_MARK = "zoom_given"
_HANDED = ("control", "gligen")  # what the host hands from kind to kind


class _Given(NamedTuple):
    kind: str
    handed: Entry


def marked(conds: Conds) -> Conds:
    """The entries as they are given, so that ``with_opposites`` knows them again."""
    return {
        kind: [
            {**entry, _MARK: _Given(kind, {k: entry[k] for k in _HANDED if k in entry})}
            for entry in entries
        ]
        for kind, entries in conds.items()
    }


def with_opposites(conds: Conds, levels: int, complete: Callable[[Conds], None]) -> Conds:
    """Marked entries, as the host made them ready, with each level's own opposites.

    ``complete`` adds to the lists of one level, or puts others in place of its entries, as the host
    does; what the host itself has added is left out. What is alike for all levels stays one entry.
    """
    if not any(TAG in entry for entries in conds.values() for entry in entries):
        return {kind: [_bare(entry) for entry in entries] for kind, entries in conds.items()}
    given = {kind: _as_given(kind, entries) for kind, entries in conds.items()}
    of_levels = []
    for level in range(levels):
        own = {
            kind: [entry for entry in entries if entry.get(TAG, level) == level]
            for kind, entries in given.items()
        }
        complete(own)
        of_levels.append(own)
    return {kind: _joined([own[kind] for own in of_levels]) for kind in conds}


def with_own_bounds(entries: list[Entry], levels: int) -> list[Entry]:
    """The entries; one whose area is what its masks mark, with a mask a level, apart by level."""
    apart: list[Entry] = []
    for entry in entries:
        mask = entry.get("mask")
        if mask is None or not entry.get("set_area_to_bounds") or len(mask) != levels:
            apart.append(entry)
            continue
        of = range(levels) if TAG not in entry else (entry[TAG],)
        apart += [{**entry, TAG: level, "mask": mask[level : level + 1]} for level in of]
    return apart


def _as_given(kind: str, entries: list[Entry]) -> list[Entry]:
    given: list[Entry] = []
    for entry in entries:
        mark: Any = entry.get(_MARK)
        if mark is None:  # of another pack, since
            given.append(entry)
        elif mark.kind == kind:
            bare = {name: value for name, value in _bare(entry).items() if name not in _HANDED}
            given.append({**bare, **mark.handed})
    return given


def _bare(entry: Entry) -> Entry:
    return {name: value for name, value in entry.items() if name != _MARK}


def _joined(of_levels: list[list[Entry]]) -> list[Entry]:
    """One list of what each level has: once what all have, tagged what one has.

    Of each level it is in that level's order, so that levels of like entries can share a call.
    """
    count = Counter(_likeness(entry) for entries in of_levels for entry in entries)
    common = {likeness for likeness, times in count.items() if times == len(of_levels)}
    orders = [[key for key in map(_likeness, entries) if key in common] for entries in of_levels]
    if any(order != orders[0] for order in orders):
        common = set()
    joined: list[Entry] = []
    left = [list(entries) for entries in of_levels]
    while any(left):
        for level, entries in enumerate(left):
            while entries and _likeness(entries[0]) not in common:
                entry = entries.pop(0)
                joined.append(entry if TAG in entry else {**entry, TAG: level})
        shared = [entries.pop(0) for entries in left if entries]
        joined += shared[:1]
    return joined


def _likeness(entry: Entry) -> tuple[object, ...]:
    """Equal for entries that hold the very same things: the host copies what it adds anew."""
    held = {name: id(value) for name, value in entry.items() if name != "model_conds"}
    conds = {name: id(value) for name, value in entry.get("model_conds", {}).items()}
    return tuple(sorted(held.items())), tuple(sorted(conds.items()))
