"""A film's frames as picture files: PNG and WebP of 8 bits, EXR in linear light."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import numpy as np

from ...files.whole import replacing
from ...film.film import Film


def write_still(film: Film, number: int, folder: Path, kind: str) -> Path:
    """Frame ``number`` as ``frame_000012.png`` in ``folder``, replacing one of that name, whole.

    ``kind`` is png, webp (both keep every pixel) or exr.
    """
    path = folder / f"frame_{number:06}.{kind}"
    data = exr(film, number) if kind == "exr" else picture(film.rgb(number), kind)
    with replacing(path) as part:
        Path(part).write_bytes(data)
    return path


def picture(pixels: np.ndarray, kind: str) -> bytes:
    """``pixels`` (H, W, 3), uint8, as a PNG or a lossless WebP."""
    from PIL import Image

    buffer = io.BytesIO()
    how = {"compress_level": 1} if kind == "png" else {"lossless": True, "quality": 50}
    Image.fromarray(pixels).save(buffer, kind.upper(), **how)
    return buffer.getvalue()


def exr(film: Film, number: int) -> bytes:
    """A frame as OpenEXR: 32-bit floats, in linear light by sRGB's curve (IEC 61966-2-1)."""
    import av

    shown = film.picture(number).float().cpu()
    shown = shown[:3] if len(shown) >= 3 else shown[:1].expand(3, -1, -1)
    shown = shown.permute(1, 2, 0).numpy()
    light = np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)
    context = av.CodecContext.create("exr", "w")
    context.width, context.height, context.pix_fmt = film.width, film.height, "gbrpf32le"
    context.time_base = Fraction(1, 1)
    context.options = {"compression": "zip16", "format": "float"}
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(light, np.float32), "gbrpf32le")
    return b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])
