"""A stack as a folder: a picture a level, a sheet of thumbnails, and the manifest of it all."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Mapping
from typing import Any

from ..files.whole import new_folder
from ..scene.stack import ZoomStack
from .manifest import MANIFEST, describe
from .pictures import LOSSLESS, check_quality, encoded, image, thumbnail, thumbnail_sheet

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
) -> Generator[int, None, dict[str, Any]]:
    """Write the new folder ``folder``; yields how many levels are done, returns the manifest.

    ``kind``: ``png`` keeps every pixel; ``webp`` and ``jpg`` take a ``quality`` of 1 to 100. Each
    picture carries the texts ``about`` (``pictures.encoded``). Raises ``ValueError`` for any other
    kind and ``OSError`` as the disk does.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; it must be one of {', '.join(KINDS)}.")
    check_quality(quality)
    count = len(stack.levels)
    digits = max(2, len(str(count - 1)))
    files = [f"level_{level:0{digits}}.{kind}" for level in range(count)]
    thumbnails = []
    with new_folder(folder) as place:
        for done, (name, level) in enumerate(zip(files, stack.levels, strict=True), start=1):
            picture = image(level)
            (place / name).write_bytes(encoded(picture, kind, quality, about))
            thumbnails.append(thumbnail(picture))
            yield done
        sheet, about = thumbnail_sheet(thumbnails)
        (place / SHEET).write_bytes(encoded(sheet, "jpg", SHEET_QUALITY))
        manifest = describe(stack, files, {"file": SHEET, **about}, metres)
        text = json.dumps(manifest, allow_nan=False, ensure_ascii=True)
        (place / MANIFEST).write_text(text, "ascii")
    return manifest
