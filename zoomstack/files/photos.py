"""Photographs in a folder, as pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

KINDS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")


def photo_files(folder: Path, least: int, option: str) -> list[Path]:
    """Every picture file in ``folder``, in the order of their names.

    Raises ``ValueError``, which begins with ``option``, where it is no folder or holds fewer than
    ``least``.
    """
    if not folder.is_dir():
        raise ValueError(f"{option} {folder} is not a folder; give one that holds photographs.")
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in KINDS)
    if len(files) < least:
        raise ValueError(
            f"There are {len(files)} pictures in {folder}; put at least {least} there, as "
            f"{', '.join(KINDS)}."
        )
    return files


def opened(file: Path, most: int | None = None) -> Tensor:
    """A picture, (3, H, W) in [0, 1] and upright, its shorter side shrunk to ``most`` pixels."""
    with Image.open(file) as raw:
        upright = ImageOps.exif_transpose(raw).convert("RGB")
    scale = most / min(upright.size) if most else 1
    if scale < 1:
        width, height = (round(length * scale) for length in upright.size)
        upright = upright.resize((width, height), Image.Resampling.LANCZOS)
    values = torch.from_numpy(np.array(upright, np.float32)) / 255
    return values.permute(2, 0, 1).contiguous()
