"""Files to a ComfyUI server and from it."""

from __future__ import annotations

import os
from pathlib import Path

import aiohttp

from ..setup.errors import Unreachable
from .session import Session

CHUNK = 1 << 16


async def upload(session: Session, photo: Path, name: str = "") -> str:
    """Put a picture among the server's inputs; the name that LoadImage knows it by.

    That is ``name``, or the photo's own, unless another picture has it.
    """
    # Only ASCII and no quotes in a header; a name means nothing to the receiver.
    kept = (c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name or photo.name)
    form = aiohttp.FormData()
    form.add_field("image", photo.read_bytes(), filename="".join(kept))
    answer = await session.json("/upload/image", data=form)
    return "/".join(part for part in (answer.get("subfolder"), answer["name"]) if part)


async def fetch(session: Session, file: dict[str, str], target: Path) -> None:
    """Copy one file of an output, as the server names it, to ``target``: whole or not at all."""
    query = {name: file.get(name, "") for name in ("filename", "subfolder", "type")}
    half = target.with_name(f".{target.name}.{os.getpid()}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        async with session.open("/view", params=query) as answer:
            with half.open("wb") as copy:
                try:
                    async for chunk in answer.content.iter_chunked(CHUNK):
                        copy.write(chunk)
                except aiohttp.ClientPayloadError:
                    size = answer.content_length
                    sent = f"{copy.tell()} of the {size} bytes" if size else f"{copy.tell()} bytes"
                    raise Unreachable(
                        f"{session.url} sent {sent} of {target.name}; it was not kept: run again"
                    ) from None
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
