"""The inputs of a film's camera: how it turns, by which keyframes, and how long it exposes."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ...zoomstack.film.film import MOST_OPEN, Film


def camera_inputs() -> list[Any]:
    """Those of the camera, for the end of a schema; ``keyframes``, ``start``, ``end`` are a path's.

    Without any of them a film is what it was before they were there.
    """
    return [
        io.Float.Input(
            "roll", optional=True, default=0.0, min=-100.0, max=100.0, step=0.05, advanced=True,
            tooltip="Turns of the picture, clockwise, from the widest view to the deepest: the "
            "spiral zoom. Below 0 the other way. The film begins as deep as the widest level "
            "covers the turned picture. A loop takes whole turns.",
        ),
        io.Float.Input(
            "shutter", optional=True, default=0.0, min=0.0, max=MOST_OPEN, step=15.0, advanced=True,
            tooltip="Motion blur: how long each frame is exposed, in degrees. 180 is a film "
            "camera's half of the time to the next frame; 0 is none.",
        ),
        io.String.Input(
            "keyframes", optional=True, default="", advanced=True,
            tooltip="When the camera is how deep: 0: 0, 4: 2.5, 6: 2.5, 10: 7 (seconds: depth in "
            "levels) rests from second 4 to 6 between levels 2 and 3. They take the place of "
            "duration, direction, easing and the holds.",
        ),
        io.Float.Input(
            "start", optional=True, default=0.0, min=0.0, max=10000.0, step=0.1, advanced=True,
            tooltip="The widest depth of the way, in levels: 1.5 is half of the way from level 1 "
            "to 2.",
        ),
        io.Float.Input(
            "end", optional=True, default=0.0, min=0.0, max=10000.0, step=0.1, advanced=True,
            tooltip="The deepest depth of the way, in levels; 0 is the deepest level.",
        ),
    ]  # fmt: skip


def told(film: Film) -> list[str]:
    """What the camera could not show, in a line."""
    if not film.lost:
        return []
    wide, _ = film.path.ends
    return [
        f"the film begins at depth {wide:.2f}, where the widest level covers the turned picture: "
        f"{film.lost:.0%} of the widest view is not shown"
    ]
