"""Pictures from elsewhere as a zoom stack: aligned, in the colours of the widest, and blended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from ...files.cut import cut_off
from ...files.photos import opened, photo_files
from ...joint.consensus import Consensus
from ...paint.colours import matched_colours
from ...scene.stack import ZoomStack
from .align import Alignment, align


def stack_of(found: Alignment, prompts: Sequence[str]) -> ZoomStack:
    """The stack of pictures that were found to lie in each other, a prompt a level.

    Raises ``ValueError`` where they are no zoom.
    """
    if not found.found:
        raise ValueError("; ".join(found.words) + ".")
    pictures = matched_colours(found.pictures, found.geometry)
    levels = Consensus(values=(0.0, 1.0))(pictures, found.geometry)
    return ZoomStack(levels, found.geometry, tuple(prompts))


def aligned_folder(folder: Path, option: str) -> tuple[Alignment, list[Path], tuple[str, ...]]:
    """How the pictures in a folder lie in each other, their files, and what is to be said.

    Files that hold no whole picture are left out, which is said. Raises ``ValueError``, which
    begins with ``option``, where there are fewer than two, and one that says why where fewer than
    two can be read.
    """
    files, pictures, words = list[Path](), list[Tensor](), list[str]()
    for file in photo_files(folder, 2, option):
        try:
            pictures.append(opened(file))
        except ValueError as error:
            words.append(f"left out: {error}")
            continue
        files.append(file)
        if trouble := cut_off(file):
            words.append(f"{file.name} {trouble}")
    if len(pictures) < 2:
        raise ValueError(
            f"{option} needs at least 2 pictures, and can read {len(pictures)} in {folder}: "
            f"{'; '.join(words)}."
        )
    found = align(pictures, [file.name for file in files])
    found = found._replace(words=(*words, *found.words))
    return found, files, found.words


def named(found: Alignment, files: Sequence[Path]) -> list[str]:
    """A prompt a level, the widest first: the names of the files, as a ladder's lines can be."""
    names = (" ".join(files[number].stem.split()).lstrip("# ") for number in found.order)
    return [name or f"level {level}" for level, name in enumerate(names)]
