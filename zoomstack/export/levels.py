"""A stack as a folder: a picture a level, a sheet of thumbnails, and the manifest of it all."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any

from ..files.whole import new_folder
from ..scene.stack import ZoomStack
from .manifest import MANIFEST, describe, describe_branch
from .pictures import LOSSLESS, check_quality, encoded, image, thumbnail, thumbnail_sheet
from .tree import Branch

KINDS = ("png", "webp", "jpg")
SHEET = "thumbnails.jpg"
SHEET_QUALITY = 85


def write_levels(
    folder: str | os.PathLike[str],
    stack: ZoomStack,
    kind: str = "png",
    metres: float = 0.0,
    quality: int = LOSSLESS,
    about: Mapping[str, str] | None = None,
    branches: Sequence[Branch] = (),
) -> Generator[int, None, dict[str, Any]]:
    """Write the new folder ``folder``; yields how many levels are done, returns the manifest.

    ``kind``: ``png`` keeps every pixel; ``webp`` and ``jpg`` take a ``quality`` of 1 to 100. Each
    picture carries the texts ``about`` (``pictures.encoded``). The ``branches`` of a tree whose
    trunk is ``stack`` add the pictures of their own levels. Raises ``ValueError`` for any other
    kind and ``OSError`` as the disk does.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; it must be one of {', '.join(KINDS)}.")
    check_quality(quality)
    digits = max(2, len(str(max(len(one.levels) for one in _stacks(stack, branches)) - 1)))
    done = 0
    with new_folder(folder) as place:

        def written(
            one: ZoomStack, own: Iterable[int], ending: str
        ) -> Generator[int, None, list[str]]:
            nonlocal done
            files = []
            for level in own:
                name = f"level_{level:0{digits}}{ending}.{kind}"
                picture = image(one.levels[level])
                (place / name).write_bytes(encoded(picture, kind, quality, about))
                files.append(name)
                done += 1
                yield done
            return files

        def sheet(one: ZoomStack, name: str) -> dict[str, Any]:
            drawn, words = thumbnail_sheet([thumbnail(image(level)) for level in one.levels])
            (place / name).write_bytes(encoded(drawn, "jpg", SHEET_QUALITY))
            return {"file": name, **words}

        files = yield from written(stack, range(len(stack.levels)), "")
        told = []
        for number, branch in enumerate(branches, start=1):
            theirs = yield from written(branch.stack, branch.own, f"_branch_{number}")
            words = sheet(branch.stack, f"thumbnails_branch_{number}.jpg")
            told.append(describe_branch(branch, theirs, words))
        manifest = describe(stack, files, sheet(stack, SHEET), metres, told)
        text = json.dumps(manifest, allow_nan=False, ensure_ascii=True)
        (place / MANIFEST).write_text(text, "ascii")
    return manifest


def _stacks(trunk: ZoomStack, branches: Sequence[Branch]) -> list[ZoomStack]:
    return [trunk, *(branch.stack for branch in branches)]
