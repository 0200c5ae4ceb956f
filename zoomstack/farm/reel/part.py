"""One part of a film: made whole or not at all, and known again by what it says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ...film.encode import encode, frame_rate
from ...film.encode.ahead import look_ahead
from ...headless.film.run import check_frames
from .plan import name_of
from .reel import Reel

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet

TAG = "zoomstack_part"  # in the file's metadata


class Encoded(NamedTuple):
    """What two parts must share to be one stream: their sizes, their clock, their H.264 headers."""

    width: int
    height: int
    pixels: str
    clock: Fraction
    headers: bytes


class Part(NamedTuple):
    """A part's file: which ``numbers`` it holds, of what; ``late`` is by how many frames at most
    a picture is shown before others that are decoded after it."""

    path: Path
    numbers: range
    settings: dict[str, Any]
    encoded: Encoded
    late: int


def make(reel: Reel, folder: Path, numbers: range, *, threads: int = 0) -> Path:
    """The part ``numbers`` of ``reel`` in ``folder``; where it is there and whole, it is kept.

    ``threads`` are those that draw and that encode (0: as many as for a film in one piece). Frames,
    before they are encoded, are those of the whole film to the bit.
    """
    target = folder / name_of(numbers)
    if is_whole(target, reel, numbers):
        return target
    film = reel.film
    check_frames(film, numbers[0], reel.bits)
    folder.mkdir(parents=True, exist_ok=True)
    tag = {TAG: {"numbers": [numbers[0], numbers[-1]], "settings": reel.settings}}
    draw = partial(film.planes, bits=reel.bits)
    with closing(look_ahead(draw, numbers, threads)) as frames:
        rate = frame_rate(film.path.fps)
        encode(target, frames, rate, reel.crf, reel.bits, tag, threads=threads)
    return target


def is_whole(path: Path, reel: Reel, numbers: range) -> bool:
    """Whether ``path`` is that part of that reel already."""
    try:
        part = read_part(path)
    except (OSError, ValueError):
        return False
    return part.numbers == numbers and part.settings == reel.settings


def read_part(path: Path) -> Part:
    """A part's file, looked through from its first frame to its last, without decoding them.

    Raises ``ValueError`` where it is no part or a damaged one, ``OSError`` as the disk does.
    """
    import av
    import av.error

    try:
        with av.open(str(path)) as source:
            tag = json.loads(source.metadata[TAG])
            first, last = map(int, tag["numbers"])
            numbers, settings = range(first, last + 1), dict(tag["settings"])
            video = source.streams.video[0]
            context = video.codec_context
            clock, headers = Fraction(video.time_base or 0), bytes(context.extradata or b"")
            encoded = Encoded(context.width, context.height, context.pix_fmt or "", clock, headers)
            ticks, times = ticks_of(settings["fps"], clock), []
            for place, packet in enumerate(packets(source)):
                if (
                    packet.is_corrupt
                    or packet.pts is None
                    or (not place and not packet.is_keyframe)
                ):
                    raise ValueError(f"frame {first + place} is damaged")
                times.append(packet.pts)
    except (av.error.FFmpegError, LookupError, TypeError, ValueError, ZeroDivisionError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise ValueError(
            f"{path.name} is no whole part of a film ({error}); delete it, and render it again."
        ) from error
    if sorted(times) != [place * ticks for place in range(len(numbers))]:
        raise ValueError(
            f"{path.name} has not the {len(numbers)} frames that its name and its metadata say; "
            "delete it, and render it again."
        )
    late = max(place - time // ticks for place, time in enumerate(times))
    return Part(path, numbers, settings, encoded, late)


def packets(source: InputContainer) -> Iterator[Packet]:
    """A file's encoded pictures, in the order of decoding."""
    return (packet for packet in source.demux(source.streams.video[0]) if packet.size)


def ticks_of(fps: float, clock: Fraction) -> int:
    """How many ticks of ``clock``, in seconds, a frame is shown. ``ValueError`` where no number."""
    ticks = 1 / (frame_rate(fps) * clock)
    if ticks.denominator != 1:
        raise ValueError(f"its clock of {clock} seconds does not count {fps:g} frames a second")
    return ticks.numerator
