"""What is heard beside ZoomVideoRender's pictures: the inputs, and how long a film then lasts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from comfy_api.latest import io

from ...zoomstack.film.encode.sound import Sound, beat
from ..inputs import shown_with


def sound_inputs() -> list[Any]:
    """The sound's socket and widgets."""
    return [
        io.Audio.Input(
            "audio", optional=True,
            tooltip="Sound for the video: cut off or played again until the video ends, and soft "
            "at both ends.",
        ),
        io.Boolean.Input(
            "duration_from_audio", optional=True, default=False, advanced=True,
            extra_dict=shown_with("audio"),
            tooltip="The video, its holds included, lasts as long as the sound; duration and "
            "seconds_per_level do not count.",
        ),
        io.Float.Input(
            "bpm", optional=True, default=0.0, min=0.0, max=1000.0, step=1.0, advanced=True,
            extra_dict=shown_with("audio"),
            tooltip="Beats a minute of the sound: a level then takes beats_per_level beats, and "
            "seconds_per_level does not count. 0: no beat.",
        ),
        io.Float.Input(
            "beats_per_level", optional=True, default=1.0, min=0.25, max=64.0, step=0.25,
            advanced=True,
            extra_dict=shown_with("bpm"),
            tooltip="Beats from one level to the next, where bpm is given.",
        ),
    ]  # fmt: skip


def timed(
    timing: Mapping[str, Any],
    sound: Sound | None,
    duration_from_audio: bool = False,
    bpm: float = 0.0,
    beats_per_level: float = 1.0,
) -> dict[str, Any]:
    """A path's ``timing`` as the sound has it.

    Raises ``ValueError`` where two inputs say how long the video lasts, or none can.
    """
    timing = dict(timing)
    if duration_from_audio:
        if sound is None:
            raise ValueError(
                "duration_from_audio is on, but no audio is connected. Connect one, or switch it "
                "off."
            )
        if bpm:
            raise ValueError(
                f"duration_from_audio and bpm ({bpm:g}) both say how long the video lasts. Switch "
                "duration_from_audio off, or set bpm to 0."
            )
        turns = str(timing.get("direction", "")) in ("in-out", "out-in")
        names = ("hold_start", "hold_end", *(("hold_turn",) if turns else ()))
        holds = sum(float(timing.get(name, 0.0)) for name in names)
        if holds >= sound.seconds:
            raise ValueError(
                f"The sound lasts {sound.seconds:.2f} seconds and the holds take {holds:.2f} of "
                "them; nothing is left to move in. Give shorter holds, or a longer sound."
            )
        timing["duration"] = sound.seconds - holds
    elif bpm:
        timing["seconds_per_level"], timing["duration"] = beat(bpm, beats_per_level), 0.0
    return timing
