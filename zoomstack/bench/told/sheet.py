"""The contact sheet: every row's levels from one seed, side by side."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import torch
from einops import rearrange
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from ...files.whole import replacing

MARGIN, LABEL, GAP = 8, 190, 4  # pixels
LINE = 18
BACK, INK = (250, 250, 250), (20, 20, 20)
QUALITY = 92


def save_strip(views: Tensor, path: Path) -> None:
    """Keep views (N, 3, H, W) in [0, 1] side by side, whole or not at all."""
    bytes_ = (views.clamp(0, 1) * 255).round().to(torch.uint8).cpu()
    picture = Image.fromarray(rearrange(bytes_, "n c h w -> h (n w) c").numpy())
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as half:
        picture.save(half, "JPEG", quality=QUALITY, subsampling=0)


def sheet(strips: Sequence[tuple[str, Sequence[str], Path]], title: str, side: int) -> Image.Image:
    """One line for each (row's title, its levels' labels, its strip's file); a level is ``side``.

    A strip that is missing leaves its line empty.
    """
    font = ImageFont.load_default(13)
    most = max((len(labels) for _, labels, _ in strips), default=1)
    height = side + LINE + GAP
    size = (2 * MARGIN + LABEL + most * (side + GAP), 3 * MARGIN + LINE + len(strips) * height)
    page = Image.new("RGB", size, BACK)
    draw = ImageDraw.Draw(page)
    draw.text((MARGIN, MARGIN), title, INK, font)
    for index, (name, labels, file) in enumerate(strips):
        top = 2 * MARGIN + LINE + index * height
        for number, word in enumerate(_wrapped(name)):
            draw.text((MARGIN, top + LINE + number * LINE), word, INK, font)
        for level, label in enumerate(labels):
            draw.text((MARGIN + LABEL + level * (side + GAP), top), label[: side // 7], INK, font)
        if file.exists():
            _paste(page, file, len(labels), (MARGIN + LABEL, top + LINE), side)
    return page


def _paste(page: Image.Image, file: Path, count: int, at: tuple[int, int], side: int) -> None:
    with Image.open(file) as strip:
        width = strip.width // count
        for level in range(count):
            view = strip.crop((level * width, 0, (level + 1) * width, strip.height))
            small = view.resize((side, side), Image.Resampling.LANCZOS)
            page.paste(small, (at[0] + level * (side + GAP), at[1]))


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text.replace("`", ""), LABEL // 8)
