"""What ZoomVideoRender writes into its pictures: the widgets, and what they mean."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ...zoomstack.export.captions import CAPTIONS, MARKS
from ..inputs import shown_with


def caption_inputs() -> list[Any]:
    """The widgets of captions, by whose names ``look_of`` takes them."""
    return [
        io.Combo.Input(
            "captions", optional=True, options=list(CAPTIONS), default="none",
            tooltip="What is written in the picture: each level's prompt while it is near, and "
            "the magnification, or the width of the view where view_width is given.",
        ),
        io.String.Input(
            "view_width", optional=True, default="", advanced=True,
            extra_dict=shown_with("captions"),
            tooltip="How wide the widest level is: 10000 km, 5 um, 100000 light years; a number "
            "alone is metres. Captions and scale bar then count in lengths. Empty: unknown.",
        ),
        io.Combo.Input(
            "scale_marks", optional=True, options=list(MARKS), default="none", advanced=True,
            extra_dict=shown_with("captions"),
            tooltip="bar: a scale bar of round lengths. squares: where the camera will be when its "
            "view is a power of ten wide, two of them at most, one in the other.",
        ),
        io.Float.Input(
            "caption_size", optional=True, default=4.0, min=1.0, max=20.0, step=0.5, advanced=True,
            extra_dict=shown_with("captions"),
            tooltip="Size of the letters, in percent of the height; a portrait video counts as "
            "1.3 times as high as wide.",
        ),
        io.String.Input(
            "caption_lines", optional=True, default="", advanced=True,
            extra_dict=shown_with("captions"),
            tooltip="Captions in place of the prompts, one a level, the widest first, with a "
            "slash and spaces between: a coast / a village / - / a door. A dash is none. A text "
            "that is linked may have a line for each. Empty: the prompts of the stack.",
        ),
        io.String.Input(
            "caption_font", optional=True, default="", advanced=True,
            extra_dict=shown_with("captions"),
            tooltip="A font file on the server, or the name of an installed font such as "
            "DejaVuSerif-Bold. Empty: a plain one that has the letters.",
        ),
        io.Boolean.Input(
            "subtitles", optional=True, default=False, advanced=True,
            tooltip="The captions of the levels as a subtitle track and as chapters in the video, "
            "and as a .vtt file beside it.",
        ),
    ]  # fmt: skip
