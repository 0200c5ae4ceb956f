"""Frames to an H.264 file, one at a time, tagged as BT.709, with what lies beside them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import IO, TYPE_CHECKING, Any

from ...files.whole import replacing
from .beside import Beside
from .cues import Cue
from .sound import Track

if TYPE_CHECKING:
    import numpy as np

BT709 = 1  # primaries, transfer and matrix alike, in the code points of H.273
LIMITED = 1  # AVCOL_RANGE_MPEG
# FFmpeg's bound on a picture: its sides, each with so much more, multiplied.
MOST_PIXELS, MARGIN = (2**31 - 1) // 8, 128
WORST = 51.0  # x264's constant rate factor
# Of a file; faststart reopens it by its name, so only a file can have it.
TAGS = "use_metadata_tags"
FLAGS = f"{TAGS}+faststart"


def encode(
    target: str | os.PathLike[str] | IO[bytes],
    frames: Iterable[np.ndarray],
    fps: float | Fraction,
    crf: float | None = None,
    bits: int = 8,
    metadata: Mapping[str, Any] | None = None,
    sound: Track | None = None,
    cues: Sequence[Cue] = (),
    *,
    threads: int = 0,
) -> None:
    """Write ``frames`` as an MP4: planes (H * 3 / 2, W) as ``planes.PlaneRenderer`` gives them.

    Frames are taken one by one as the encoder wants them; of 10 ``bits`` they are uint16. ``crf``
    is x264's constant rate factor (0 to 51; None: its default, 23), ``bits`` 8 or 10 of the video.
    ``metadata`` values that are not text are written as JSON. ``sound`` becomes AAC;
    ``cues`` become subtitles, where PyAV can, and chapters. The encoder takes ``threads`` threads
    (0: as many as it likes). A file appears under its name only when it is complete: an error or a
    cancel leaves none. A buffer is written to directly.

    Raises ``ValueError`` for no frames, for some that are too large (``check_size``), and for a
    ``crf`` that x264 has not.
    """
    if crf is not None and not 0 <= crf <= WORST:
        raise ValueError(f"crf is {crf:g}; it must be from 0, lossless, to {WORST:g}, the worst.")
    if isinstance(target, str | os.PathLike):
        with replacing(target) as part:
            _encode(part, FLAGS, frames, fps, crf, bits, metadata, sound, cues, threads)
    else:
        _encode(target, TAGS, frames, fps, crf, bits, metadata, sound, cues, threads)


def _encode(
    target: str | IO[bytes],
    movflags: str,
    frames: Iterable[np.ndarray],
    fps: float | Fraction,
    crf: float | None,
    bits: int,
    metadata: Mapping[str, Any] | None,
    sound: Track | None,
    cues: Sequence[Cue],
    threads: int,
) -> None:
    import av

    depth = "yuv420p10le" if bits > 8 else "yuv420p"
    rate = fps if isinstance(fps, Fraction) else frame_rate(fps)
    stream, beside, count = None, None, 0
    with av.open(target, mode="w", format="mp4", options={"movflags": movflags}) as output:
        output.metadata.update(as_text(metadata))
        for planes in frames:
            if stream is None or beside is None:
                options = {} if crf is None else {"crf": f"{crf:g}"}
                stream = output.add_stream("libx264", rate=rate, options=options)
                height, width = planes.shape
                check_size(height * 2 // 3, width)
                stream.width, stream.height, stream.pix_fmt = width, height * 2 // 3, depth
                context = stream.codec_context
                context.thread_count = threads
                context.color_primaries = context.color_trc = context.colorspace = BT709
                context.color_range = LIMITED
                beside = Beside(output, sound, cues)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format=depth)))
            count += 1
            beside.until(float(count / rate))
        if stream is None or beside is None:
            raise ValueError("A video needs at least one frame; there are none.")
        output.mux(stream.encode(None))
        beside.close(float(count / rate))


def as_text(metadata: Mapping[str, Any] | None) -> dict[str, str]:
    """``metadata`` as a file keeps it: values that are not text are written as JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in (metadata or {}).items()
    }


def check_size(height: int, width: int) -> None:
    """Raise ``ValueError`` for a film that the encoder would not open."""
    if (height + MARGIN) * (width + MARGIN) >= MOST_PIXELS:
        most = (MOST_PIXELS - 1) // (width + MARGIN) - MARGIN
        raise ValueError(
            f"A film of {width} x {height} pixels is larger than the encoder takes; {width} wide "
            f"it may be {most - most % 2} high. Give a smaller width or height."
        )


def frame_rate(fps: float) -> Fraction:
    """The rate as a fraction: 29.97 is 30000/1001, as its makers mean it."""
    ntsc = Fraction(round(fps * 1.001) * 1000, 1001)
    near = Fraction(fps).limit_denominator(1000)
    if near <= 0:
        raise ValueError(f"fps is {fps:g}; a video has one frame in 1000 seconds at least.")
    return ntsc if abs(float(ntsc) - fps) < 5e-3 and near.denominator != 1 else near
