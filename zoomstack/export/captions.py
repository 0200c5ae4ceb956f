"""A film's captions as a user asks for them, and the width of the widest view in words."""

from __future__ import annotations

import re

from ..film.captions.captions import Look
from ..scene.between.written import lines as written_levels
from ..scene.stack import ZoomStack
from .length import metres

BOTH = "prompts and scale"
CAPTIONS = ("none", "prompts", "scale", BOTH)
MARKS = ("none", "bar", "squares", "bar and squares")


def lines_of(stack: ZoomStack, text: str) -> tuple[str, ...]:
    """The levels' captions: those of ``text``, or the prompts. "" for one without.

    Levels that were put between two have none, and are not counted. Raises ``ValueError`` where the
    stack has no prompts, or another number of levels than lines.
    """
    own = written_levels(stack.bridges, stack.geometry.levels)
    levels = len(own)
    written = (line.strip() for line in re.split(r"\s/\s|\n", text.strip()) if text.strip())
    prompts = tuple(stack.prompts[level] for level in own) if stack.prompts else ()
    lines = tuple(written) or prompts
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
