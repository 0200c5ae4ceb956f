"""The stacks in ComfyUI's folders: which there are, and where a label of one leads."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import NamedTuple

import folder_paths

_FOLDERS = {
    "output": folder_paths.get_output_directory,
    "input": folder_paths.get_input_directory,
}
_ENDING = ".safetensors"
SETTLED = 2.0  # seconds: a folder that changed later than that may change again in the same tick


class _Listing(NamedTuple):
    """What a folder held when it had been changed last at ``changed``."""

    changed: float
    files: tuple[str, ...]  # stacks, by their paths
    folders: tuple[str, ...]


# Whoever opens ComfyUI's page asks for all lists: a folder is read again when it has changed.
_listed: dict[str, _Listing] = {}


def stack_files() -> list[str]:
    """Stacks in the output and input folders, newest first, as "folder/name [output]".

    Those that ``stack_path`` takes: files, or links to such files in the same folders.
    """
    found = []
    for kind, directory in _FOLDERS.items():
        root = directory()
        for path in _files(root):
            relative = os.path.relpath(path, root).replace(os.sep, "/")
            found.append((_modified(path), f"{relative} [{kind}]"))
    return [label for _, label in sorted(found, reverse=True)]


def stack_path(label: str) -> str:
    """The path that a label of ``stack_files`` names; ``ValueError`` for any other place."""
    try:
        path = folder_paths.get_annotated_filepath(label, folder_paths.get_output_directory())
    except (ValueError, OSError, TypeError, AttributeError):  # a program may post anything
        path = ""
    if not path.endswith(_ENDING) or not _is_inside(path):
        raise ValueError(
            f"{label!r} is no stack file in ComfyUI's output or input folder; copy it there."
        )
    if not os.path.isfile(path):
        raise ValueError(f"There is no stack file {label!r}; it may have been moved or deleted.")
    return path


def _files(root: str) -> Iterator[str]:
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            listing = _listing(folder)
        except OSError:  # gone, or not ours to read
            _listed.pop(folder, None)
            continue
        yield from listing.files
        waiting += listing.folders


def _listing(folder: str) -> _Listing:
    changed = os.stat(folder).st_mtime
    known = _listed.get(folder)
    if known is not None and known.changed == changed:
        return known
    files, folders = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            elif entry.name.endswith(_ENDING) and not entry.name.startswith("."):
                linked = entry.is_symlink()
                if entry.is_file() and (not linked or _is_inside(entry.path)):
                    files.append(entry.path)
    listing = _Listing(changed, tuple(files), tuple(folders))
    if abs(time.time() - changed) > SETTLED:
        _listed[folder] = listing
    return listing


def _is_inside(path: str) -> bool:
    return any(
        folder_paths.is_within_directory(directory(), path) for directory in _FOLDERS.values()
    )


def _modified(path: str) -> float:
    try:
        return os.path.getmtime(path)
    except OSError:
        return 0.0
