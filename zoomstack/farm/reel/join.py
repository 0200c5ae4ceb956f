"""Parts to one film without encoding again: their packets one after another on one clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...files.whole import replacing
from ...film.encode import frame_rate
from ...film.encode.beside import Beside
from ...film.encode.cues import Cue
from ...film.encode.sound import Track
from ...film.encode.video import FLAGS, as_text
from .part import Part, packets, ticks_of


def join(
    parts: Sequence[Part],
    target: Path,
    sound: Track | None = None,
    cues: Sequence[Cue] = (),
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Write ``parts``, which follow each other, as the film ``target``, whole or not at all.

    Sound, cues and metadata are laid in as ``encode`` does it. Raises ``ValueError`` for parts that
    are no film together, and says which.
    """
    import av

    check_alike(parts)
    rate = frame_rate(parts[0].settings["fps"])
    ticks = ticks_of(parts[0].settings["fps"], parts[0].encoded.clock)
    late = max(part.late for part in parts)
    stream, beside, place = None, None, 0
    with (
        replacing(target) as half,
        av.open(half, mode="w", format="mp4", options={"movflags": FLAGS}) as output,
    ):
        output.metadata.update(as_text(metadata))
        for part in parts:
            with av.open(str(part.path)) as source:
                if stream is None or beside is None:
                    stream = output.add_stream_from_template(source.streams.video[0])
                    stream.time_base = parts[0].encoded.clock
                    beside = Beside(output, sound, cues)
                start = place * ticks
                for packet in packets(source):
                    # Decoding times of all parts are counted anew: a part of few frames waits less
                    # for pictures that are shown earlier than they are decoded than others do.
                    packet.pts = start + (packet.pts or 0)
                    packet.dts, packet.duration = (place - late) * ticks, ticks
                    packet.stream = stream
                    output.mux(packet)
                    place += 1
                    beside.until(float(place / rate))
        if beside:
            beside.close(float(place / rate))


def chain(parts: Iterable[Part], numbers: range) -> list[Part]:
    """Those of ``parts`` that together are the frames ``numbers``, in order, each frame once.

    Raises ``ValueError`` where there are none, with the frames that are missing.
    """
    parts = [part for part in parts if numbers[0] <= part.numbers[0] <= numbers[-1]]
    onward: dict[int, Part | None] = {numbers.stop: None}  # from a frame on to the end
    for part in sorted(parts, key=lambda part: part.numbers[0], reverse=True):
        if part.numbers.stop in onward:
            onward.setdefault(part.numbers[0], part)
    if numbers[0] not in onward:
        lost = sorted(set(numbers).difference(*(part.numbers for part in parts)))
        why = (
            f"{len(lost)} frames are in no part, from {lost[0]} to {lost[-1]}; render them first"
            if lost
            else "the parts lie over each other and do not meet; delete those of another cut"
        )
        raise ValueError(f"There is no film yet of frames {numbers[0]} to {numbers[-1]}: {why}.")
    found, part = [], onward[numbers[0]]
    while part:
        found.append(part)
        part = onward[part.numbers.stop]
    return found


def check_alike(parts: Sequence[Part]) -> None:
    """Raise ``ValueError`` where a part does not follow the one before, or was made otherwise."""
    if not parts:
        raise ValueError("A film needs at least one part; there are none.")
    first = parts[0]
    for before, part in zip(parts, parts[1:], strict=False):
        check_settings(part, first.settings, first.path.name)
        if part.encoded != first.encoded:
            pairs = zip(first.encoded._fields, part.encoded, first.encoded, strict=True)
            other = ", ".join(name for name, has, wanted in pairs if has != wanted)
            raise ValueError(
                f"{part.path.name} is encoded otherwise than {first.path.name} ({other}), by "
                "another FFmpeg it may be; delete one of them, and render it again."
            )
        if part.numbers[0] != before.numbers.stop:
            raise ValueError(
                f"{part.path.name} does not follow {before.path.name}; between them a film has "
                "every frame once."
            )


def check_settings(part: Part, wanted: Mapping[str, Any], whose: str) -> None:
    """Raise ``ValueError`` where ``part`` was made with other settings than ``whose``, by name."""
    if part.settings == wanted:
        return
    names = sorted(
        name for name in {*part.settings, *wanted} if part.settings.get(name) != wanted.get(name)
    )
    told = ", ".join(
        f"{name} {part.settings.get(name)!r}, not {wanted.get(name)!r}" for name in names
    )
    raise ValueError(
        f"{part.path.name} was made with other settings than {whose}: {told}. Delete it, or give "
        "the settings that it was made with."
    )
