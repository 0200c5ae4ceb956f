"""Levels as picture files: 8 bits a colour, by Pillow."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from PIL import Image, features
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

# Pixels of a thumbnail's longer side.
THUMBNAIL = 96
LOSSLESS = 100
TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
# The EXIF tags of ComfyUI's WebP: Model for the prompt, Make and those before it for the others.
MODEL, MAKE = 0x0110, 0x010F


def image(level: Tensor) -> Image.Image:
    """A level (C, H, W) in [0, 1], rounded once; grey becomes colour, NaN becomes black."""
    values = level.detach().float().nan_to_num(0, 1, 0)  # a copy, to work on in place
    planes = values.clamp_(0, 1).mul_(255).add_(0.5).to(torch.uint8)
    planes = planes[:3] if len(planes) >= 3 else planes[:1].expand(3, -1, -1)
    return Image.fromarray(torch.stack(planes.unbind(), -1).cpu().numpy())


def small_kind(quality: int) -> str:
    """The kind of file that is smallest at a quality, 1 to 100: 100 keeps every pixel."""
    check_quality(quality)
    if quality == LOSSLESS:
        return "png"
    return "webp" if features.check("webp") else "jpg"


def check_quality(quality: int) -> None:
    """Raise ``ValueError`` unless ``quality`` is one."""
    if not 1 <= quality <= LOSSLESS:
        raise ValueError(f"quality is {quality}; it must be from 1 to 100 (every pixel kept).")


def encoded(
    picture: Image.Image, kind: str, quality: int = LOSSLESS, about: Mapping[str, str] | None = None
) -> bytes:
    """The bytes of a file: ``png``, which keeps every pixel, ``jpg`` or ``webp``.

    ``about`` are texts for png and webp to carry, as ComfyUI's own pictures do: ``prompt`` and
    ``workflow``, for example. ComfyUI's page reads none from a JPEG.
    """
    buffer = io.BytesIO()
    if kind == "png":
        # Pictures hardly shrink further, and take ten times as long to.
        picture.save(buffer, "PNG", compress_level=1, pnginfo=_chunks(about or {}))
    elif kind == "jpg":
        picture.save(buffer, "JPEG", quality=quality, subsampling=0)
    else:
        picture.save(buffer, "WEBP", quality=quality, method=4, exif=_exif(about or {}))
    return buffer.getvalue()


def _chunks(about: Mapping[str, str]) -> PngInfo:
    chunks = PngInfo()
    for name, text in about.items():
        chunks.add_text(name, text)
    return chunks


def _exif(about: Mapping[str, str]) -> bytes:
    """``name:text`` a tag; nothing where there is nothing to say."""
    exif, tag = Image.Exif(), MAKE
    for name, text in about.items():
        if name == "prompt":
            exif[MODEL] = f"{name}:{text}"
        else:
            exif[tag] = f"{name}:{text}"
            tag -= 1
    return exif.tobytes() if about else b""


def thumbnail(picture: Image.Image) -> Image.Image:
    """A small copy of a picture: ``THUMBNAIL`` pixels along its longer side, at most."""
    small = picture.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    return small


def thumbnail_sheet(thumbnails: Sequence[Image.Image]) -> tuple[Image.Image, dict[str, Any]]:
    """Thumbnails of one size, row by row on one sheet, and the manifest's words but ``file``."""
    if not thumbnails:
        raise ValueError("A stack without levels has no pictures.")
    columns = math.ceil(math.sqrt(len(thumbnails)))
    width, height = thumbnails[0].size
    rows = math.ceil(len(thumbnails) / columns)
    sheet = Image.new("RGB", (columns * width, rows * height))
    for number, small in enumerate(thumbnails):
        sheet.paste(small, (number % columns * width, number // columns * height))
    return sheet, {"columns": columns, "width": width, "height": height}
