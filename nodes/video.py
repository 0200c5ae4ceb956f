"""ZoomVideoRender: a zoom stack as a video."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from comfy_api.latest import io

from ..zoomstack.export.captions import lines_of, look_of
from ..zoomstack.film.captions.captions import Captions
from ..zoomstack.film.encode import check_size
from ..zoomstack.film.encode.beat import timed
from ..zoomstack.film.encode.sound import Sound
from ..zoomstack.film.film import Film
from ..zoomstack.film.path import Path
from ..zoomstack.film.ways import DIRECTIONS, EASINGS
from ..zoomstack.scene.stack import ZoomStack
from . import host
from .film.camera import camera_inputs, told
from .film.captions import caption_inputs
from .film.sound import sound_inputs
from .inputs import taken
from .types import CATEGORY, SEARCH, ZoomStackType


class ZoomVideoRender(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ZoomVideoRender",
            display_name="Zoom Video Render",
            category=CATEGORY,
            description="A smooth zoom through all levels. Frames are rendered while Save Video "
            "encodes them, so a long video needs no more memory than a short one.",
            search_aliases=[*SEARCH, "zoom video", "camera path"],
            inputs=[
                ZoomStackType.Input("stack", tooltip="From Laplacian Blend or Load Zoom Stack."),
                io.Float.Input(
                    "fps", optional=True,
                    default=30.0, min=1.0, max=240.0, step=1.0, tooltip="Frames a second."
                ),
                io.Float.Input(
                    "seconds_per_level", optional=True, default=2.0, min=0.01, max=3600.0, step=0.1,
                    tooltip="Time from one level to the next, on average where their zoom factors "
                    "differ: the speed of the zoom is the same all along.",
                ),
                io.Float.Input(
                    "duration", optional=True, default=0.0, min=0.0, max=86400.0, step=0.5,
                    advanced=True,
                    tooltip="Seconds the camera moves in all, without the holds; 0 takes "
                    "seconds_per_level.",
                ),
                io.Combo.Input(
                    "direction", optional=True, options=list(DIRECTIONS), default="in",
                    tooltip="in-out and out-in come back to where they began and loop without a "
                    "doubled frame. loop and loop-out go round a closed ladder once, inwards or "
                    "outwards: played again and again, they never end.",
                ),
                io.Combo.Input(
                    "easing", optional=True, options=list(EASINGS), default="linear",
                    tooltip="How the speed changes over the whole way; smooth is constant but for "
                    "a soft start and stop. A way back is the way there reversed.",
                ),
                io.Int.Input(
                    "width", optional=True, default=0, min=0, max=16384,
                    tooltip="Pixels; 0 is the levels' own. Odd sizes are rounded down to even.",
                ),
                io.Int.Input(
                    "height", optional=True, default=0, min=0, max=16384,
                    tooltip="Pixels; 0 is the levels' own. Another aspect ratio than the levels' "
                    "is cropped to, around the middle.",
                ),
                io.Float.Input(
                    "hold_start", optional=True, default=0.0, min=0.0, max=3600.0, step=0.1,
                    advanced=True,
                    tooltip="Seconds to rest on the first view.",
                ),
                io.Float.Input(
                    "hold_end", optional=True, default=0.0, min=0.0, max=3600.0, step=0.1,
                    advanced=True,
                    tooltip="Seconds to rest on the last view.",
                ),
                io.Float.Input(
                    "hold_turn", default=0.0, min=0.0, max=3600.0, step=0.1,
                    optional=True, advanced=True,
                    tooltip="Seconds to rest where in-out or out-in turns.",
                ),
                *caption_inputs(),
                *sound_inputs(),
                *camera_inputs(),
            ],
            outputs=[
                io.Video.Output(
                    display_name="video", tooltip="For Save Video; rendered while it is encoded."
                ),
            ],
            hidden=[io.Hidden.unique_id],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        stack: ZoomStack,
        width: int = 0,
        height: int = 0,
        subtitles: bool = False,
        audio: dict[str, Any] | None = None,
        roll: float = 0.0,
        shutter: float = 0.0,
        **timing: Any,
    ) -> io.NodeOutput:
        g, sound = stack.geometry, None if audio is None else Sound.of(audio)
        lines = str(timing.get("caption_lines", ""))
        look = taken(partial(look_of, stack), timing)
        timing = taken(partial(timed, timing, sound), timing)
        # Its other fields have the names and defaults of the inputs.
        path = Path.through(g, bridges=stack.bridges, **timing)
        size = even(height or g.height), even(width or g.width)
        check_size(*size)
        film = Film(stack.levels, g, path, *size, roll=roll, shutter=shutter)
        if look:
            film = replace(film, overlay=Captions(film, look))
        words = lines_of(stack, lines) if subtitles else ()
        teller = host.Teller(cls)
        for line in told(film):
            teller.add(line)
        return io.NodeOutput(host.LazyVideo(film, sound=sound, lines=words), ui=teller.ui)


def even(size: int) -> int:
    """The size, or the even one below it: 4:2:0 video has no odd ones."""
    rounded = max(2, size - size % 2)
    if rounded != size:
        host.log.warning("A video's size must be even: %d pixels are rounded to %d.", size, rounded)
    return rounded
