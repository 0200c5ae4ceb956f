"""What ZoomVideoRender writes into its pictures: the widgets, and what they mean."""

from __future__ import annotations

import re
from typing import Any

from comfy_api.latest import io

from ...zoomstack.export.length import metres
from ...zoomstack.film.captions.captions import Look
from ...zoomstack.scene.stack import ZoomStack
from ..inputs import shown_with

BOTH = "prompts and scale"
CAPTIONS = ("none", "prompts", "scale", BOTH)
MARKS = ("none", "bar", "squares", "bar and squares")


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


def lines_of(stack: ZoomStack, text: str) -> tuple[str, ...]:
    """The levels' captions: those of ``text``, or the prompts. "" for one without.

    Raises ``ValueError`` where the stack has no prompts, or another number of levels than lines.
    """
    levels = stack.geometry.levels
    written = (line.strip() for line in re.split(r"\s/\s|\n", text.strip()) if text.strip())
    lines = tuple(written) or stack.prompts
    if not lines:
        raise ValueError(
            "This stack knows no prompts, so its levels have no captions. Write them into "
            f"caption_lines, one for each of the {levels} levels, or choose captions without "
            "prompts."
        )
    if len(lines) != levels:
        raise ValueError(
            f"caption_lines has {len(lines)} captions for {levels} levels; write one a level, the "
            "widest first, as in 'a coast / a village / -', and - for a level without."
        )
    return tuple("" if line == "-" else line for line in lines)


def look_of(
    stack: ZoomStack,
    captions: str = "none",
    view_width: str = "",
    scale_marks: str = "none",
    caption_size: float = 4.0,
    caption_lines: str = "",
    caption_font: str = "",
) -> Look | None:
    """What is written over the pictures; None for nothing."""
    if captions == scale_marks == "none":
        return None
    return Look(
        lines=lines_of(stack, caption_lines) if captions in ("prompts", BOTH) else (),
        scale=captions in ("scale", BOTH),
        metres=metres(view_width),
        bar="bar" in scale_marks,
        squares="squares" in scale_marks,
        size=caption_size,
        font=caption_font.strip(),
    )
