"""Where a film is cut into parts, and what a part's file is called. Standard library only."""

from __future__ import annotations

import re
from pathlib import Path

NAME = re.compile(r"frames_(\d{6,})-(\d{6,})\.mp4")
LEFT = re.compile(
    r"\.frames_(\d{6,})-(\d{6,})-\w+\.mp4"
)  # half of one, as ``files.whole`` names it


def cuts(numbers: range, parts: int = 0, frames: int = 0) -> tuple[range, ...]:
    """The frames ``numbers`` in ``parts`` parts, or in as many as have at most ``frames`` each.

    Parts follow each other and differ by one frame at most, the shorter ones last. Each is encoded
    by an encoder of its own, so that its first frame is a key frame and no picture looks beyond it.

    Raises ``ValueError`` unless one of both is given, and where there are more parts than frames.
    """
    if (parts < 1) == (frames < 1):
        raise ValueError("Give either the number of parts or the frames of a part, 1 or more.")
    parts = parts if parts > 0 else -(-len(numbers) // frames)
    if parts > len(numbers):
        raise ValueError(
            f"A film of {len(numbers)} frames cannot be cut into {parts} parts; give "
            f"{len(numbers)} or fewer."
        )
    size, longer = divmod(len(numbers), parts)
    starts = [part * size + min(part, longer) for part in range(parts + 1)]
    return tuple(numbers[a:b] for a, b in zip(starts, starts[1:], strict=False))


def folder_of(film: Path) -> Path:
    """Where the parts of the file ``film`` are until it is whole: beside it."""
    return film.with_suffix(".parts")


def name_of(numbers: range) -> str:
    """The file of the part with these frames."""
    return f"frames_{numbers[0]:06}-{numbers[-1]:06}.mp4"


def named(folder: Path) -> list[Path]:
    """The files in ``folder`` that have a part's name, in order; none where it is not there."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))


def cleared(folder: Path, numbers: range) -> None:
    """Delete the parts in ``folder`` that have no frames but ``numbers``, and what killed processes
    left of such; the folder goes if that was all."""
    for path in folder.glob("*frames_*.mp4"):
        found = LEFT.fullmatch(path.name) or NAME.fullmatch(path.name)
        if found and int(found[1]) in numbers and int(found[2]) in numbers:
            path.unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
