"""Frames to an H.264 file, one at a time, tagged and converted as BT.709."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import IO, TYPE_CHECKING, Any

from .whole import replacing

if TYPE_CHECKING:
    import numpy as np

BT709 = 1  # primaries, transfer and matrix alike, in the code points of H.273
LIMITED = 1  # AVCOL_RANGE_MPEG


def encode(
    target: str | os.PathLike[str] | IO[bytes],
    frames: Iterable[np.ndarray],
    fps: float | Fraction,
    crf: float | None = None,
    bits: int = 8,
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Write ``frames``, (H, W, 3) uint8 or uint16 RGB of even H and W, as an MP4.

    Frames are taken one by one as the encoder wants them. ``crf`` is x264's constant rate factor
    (0 to 51; None: its default, 23), ``bits`` 8 or 10 of the video. ``metadata`` values that are
    not text are written as JSON. A file appears under its name only when it is complete: an error
    or a cancel leaves none. A buffer is written to directly.

    Raises ``ValueError`` for an odd size, which 4:2:0 video cannot have, and for no frames.
    """
    if isinstance(target, str | os.PathLike):
        with replacing(target) as part:
            # faststart reopens the file by its name, so only a file can have it.
            _encode(part, "use_metadata_tags+faststart", frames, fps, crf, bits, metadata)
    else:
        _encode(target, "use_metadata_tags", frames, fps, crf, bits, metadata)


def _encode(
    target: str | IO[bytes],
    movflags: str,
    frames: Iterable[np.ndarray],
    fps: float | Fraction,
    crf: float | None,
    bits: int,
    metadata: Mapping[str, Any] | None,
) -> None:
    import av

    depth, source = ("yuv420p10le", "rgb48le") if bits > 8 else ("yuv420p", "rgb24")
    stream = None
    with av.open(target, mode="w", format="mp4", options={"movflags": movflags}) as output:
        for key, value in (metadata or {}).items():
            output.metadata[key] = value if isinstance(value, str) else json.dumps(value)
        for pixels in frames:
            if stream is None:
                height, width = pixels.shape[:2]
                if height % 2 or width % 2:
                    raise ValueError(
                        f"A 4:2:0 video needs an even size, not {width} x {height}; render "
                        f"{width - width % 2} x {height - height % 2}."
                    )
                options = {} if crf is None else {"crf": f"{crf:g}"}
                rate = fps if isinstance(fps, Fraction) else frame_rate(fps)
                stream = output.add_stream("libx264", rate=rate, options=options)
                stream.width, stream.height, stream.pix_fmt = width, height, depth
                context = stream.codec_context
                context.color_primaries = context.color_trc = context.colorspace = BT709
                context.color_range = LIMITED
            if bits > 8:
                # swscale's white is 255 * 256 in 16 bits, not 65535.
                pixels = (pixels * (65280 / 65535) + 0.5).astype("<u2")
            picture = av.VideoFrame.from_ndarray(pixels, format=source).reformat(
                format=depth,
                src_color_range="JPEG",
                dst_color_range="MPEG",
                src_colorspace="ITU709",
                dst_colorspace="ITU709",
            )
            output.mux(stream.encode(picture))
        if stream is None:
            raise ValueError("A video needs at least one frame; there are none.")
        output.mux(stream.encode(None))


def frame_rate(fps: float) -> Fraction:
    """The rate as a fraction: 29.97 is 30000/1001, as its makers mean it."""
    ntsc = Fraction(round(fps * 1.001) * 1000, 1001)
    near = Fraction(fps).limit_denominator(1000)
    return ntsc if abs(float(ntsc) - fps) < 5e-3 and near.denominator != 1 else near
