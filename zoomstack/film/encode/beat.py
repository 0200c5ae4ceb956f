"""How long a film lasts that follows its sound: to its end, or a level a beat."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .sound import Sound


def beat(bpm: float, beats: float = 1.0) -> float:
    """The seconds of ``beats`` at ``bpm`` beats a minute. Raises ``ValueError`` unless over 0."""
    if not (math.isfinite(bpm) and bpm > 0 and math.isfinite(beats) and beats > 0):
        raise ValueError(f"{beats:g} beats at {bpm:g} a minute are no time; give both over 0.")
    return 60 / bpm * beats


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
    follows = "duration_from_audio" if duration_from_audio else "bpm" if bpm else ""
    if follows and timing.get("keyframes"):
        raise ValueError(
            f"keyframes say when the camera is how deep, so {follows} has nothing to say; "
            f"{'switch it off' if duration_from_audio else 'set it to 0'}, or leave keyframes "
            "empty."
        )
    if duration_from_audio:
        if sound is None:
            raise ValueError(
                "duration_from_audio is on, but there is no audio. Give one, or switch it off."
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
