"""The files of an output: which belong together, and where they go on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

KEPT = "output"  # previews are of the type "temp" and uploads "input"
# What our nodes call the list of files that belong together: ``belonging`` in nodes/host/disk.py.
TOGETHER = "zoomstack_files"

Entry = dict[str, str]  # a file as the server names it


class Saved(NamedTuple):
    """Files that were saved together: they name each other, and their names begin alike.

    ``files`` are the server's names by places below ``folder``; of these ``shown`` are told to a
    user. All of it is made safe: the names come from a server, which may be anybody's.
    """

    name: str
    folder: tuple[str, ...]
    files: dict[str, Entry]
    shown: list[str]


def saved_in(value: dict[str, Any]) -> list[Saved]:
    """What the output ``value`` of a node says that it saved."""
    groups = [group for text in value.get(TOGETHER) or [] if (group := _group(text))]
    for entry in _entries(value):
        file = _name(entry["filename"])
        alone = Saved(_stem(file), _safe(entry.get("subfolder", "")), {file: entry}, [file])
        place = _within(groups, entry)
        if place:
            place[0].shown.append(place[1])
        else:
            groups.append(alone)
    return groups


def local_paths(saved: Saved, folder: Path) -> dict[str, Path]:
    """Where each file goes below ``folder``: never outside, never over another file.

    What belongs together is renamed together.
    """
    home, count = folder.joinpath(*saved.folder), 1
    while True:
        places = {file: _renamed(file, saved.name, count) for file in saved.files}
        # A folder counts as a whole: what lies in it from before is no part of this.
        if not any((home / place.split("/")[0]).exists() for place in places.values()):
            return {file: home / place for file, place in places.items()}
        count += 1


def _renamed(file: str, name: str, count: int) -> str:
    return f"{name}-{count}{file[len(name) :]}" if count > 1 else file


def _within(groups: list[Saved], entry: Entry) -> tuple[Saved, str] | None:
    """The group that a file is in, and its place there."""
    for group in groups:
        for file, other in group.files.items():
            if all(entry.get(key, "") == other[key] for key in ("filename", "subfolder")):
                return group, file
    return None


def _entries(value: dict[str, Any]) -> Iterator[Entry]:
    for entries in value.values():
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and entry.get("type") == KEPT and "filename" in entry:
                yield entry


def _group(text: Any) -> Saved | None:
    try:
        told = json.loads(text)
        name, subfolder = _name(str(told["filename"])), str(told["subfolder"])
        names = [_safe(str(file)) for file in told["files"]]
    except (TypeError, ValueError, LookupError):
        return None
    files = {
        "/".join(parts): {
            "filename": parts[-1],
            "subfolder": "/".join((*filter(None, [subfolder]), *parts[:-1])),
            "type": KEPT,
        }
        for parts in names
        if parts and parts[0].startswith(name)
    }
    return Saved(name, _safe(subfolder), files, []) if files else None


def _safe(path: str) -> tuple[str, ...]:
    """The parts of a path that lead down."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    return tuple(part for part in parts if part not in ("/", "..") and ":" not in part)


def _name(filename: str) -> str:
    name = PurePosixPath(filename.replace("\\", "/")).name.replace(":", "_")
    return name if name.strip(".") else "output"


def _stem(name: str) -> str:
    return PurePosixPath(name).stem
