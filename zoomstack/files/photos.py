"""Photographs in a folder, as pictures."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from .cut import cut_off

KINDS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
# Pictures as well, which not every Pillow reads: they are not passed over without a word.
OTHERS = (".jfif", ".gif", ".avif", ".heic", ".heif", ".jxl")
DEEP = 65535  # the white of pictures of 16 bits
# What Pillow's decoders raise for files that are none of theirs, or damaged, or too large.
UNREADABLE = (OSError, RuntimeError, SyntaxError, ValueError, Image.DecompressionBombError)


def photo_files(folder: Path, least: int, option: str) -> list[Path]:
    """Every picture file in ``folder``, in the order of their names: 2.png before 10.png.

    Hidden files are none of them, such as the ._1.png that macOS leaves beside 1.png.

    Raises ``ValueError``, which begins with ``option``, where it is no folder or holds fewer than
    ``least``.
    """
    if not folder.is_dir():
        raise ValueError(f"{option} {folder} is not a folder; give one that holds photographs.")
    files = sorted(
        (
            file
            for file in folder.iterdir()
            if file.suffix.lower() in (*KINDS, *OTHERS)
            and not file.name.startswith(".")
            and file.is_file()
        ),
        key=_counted,
    )
    if len(files) < least:
        raise ValueError(
            f"There are {len(files)} pictures in {folder}; put at least {least} there, as "
            f"{', '.join(KINDS)}."
        )
    return files


def opened(file: Path, most: int | None = None) -> Tensor:
    """A picture, (3, H, W) in [0, 1] and upright, its shorter side shrunk to ``most`` pixels.

    The first of several. Raises ``ValueError``, which begins with the file's name, where no whole
    picture can be read.
    """
    try:
        with Image.open(file) as raw:
            upright = _plain(ImageOps.exif_transpose(raw)).convert("RGB")
    except UNREADABLE as error:
        raise ValueError(f"{file.name} {_trouble(file, error)}") from error
    scale = most / min(upright.size) if most else 1
    if scale < 1:
        width, height = (round(length * scale) for length in upright.size)
        upright = upright.resize((width, height), Image.Resampling.LANCZOS)
    values = torch.from_numpy(np.array(upright, np.float32)) / 255
    return values.permute(2, 0, 1).contiguous()


def _counted(file: Path) -> tuple[list[tuple[int, str]], str]:
    """What a name is sorted by: its numbers as numbers."""
    parts = re.findall(r"[0-9]+|[^0-9]+", file.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts], file.name


def _plain(image: Image.Image) -> Image.Image:
    """An image of more than 8 bits in 8: Pillow would cut off whatever is over 255."""
    if image.mode != "F" and not image.mode.startswith("I"):
        return image
    values = np.nan_to_num(np.array(image, np.float32))
    whites = (1, 255, DEEP) if image.mode == "F" else (DEEP,)
    white = next((one for one in whites if values.max() <= one), DEEP)
    return Image.fromarray((values / white * 255).clip(0, 255).round().astype(np.uint8))


def _trouble(file: Path, error: Exception) -> str:
    """What is wrong with a file that could not be read, and the remedy."""
    try:
        cut = cut_off(file)
    except OSError as refused:
        return f"cannot be read ({refused.strerror}); make it readable, or take it away"
    if cut:
        return cut
    why = "" if isinstance(error, UnidentifiedImageError) else f" ({error})"
    return f"is no picture that can be read here{why}; save it as PNG or JPEG, or take it away"
