"""What is heard beside ZoomVideoRender's pictures: the inputs."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

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
