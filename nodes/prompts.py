"""PromptLadder: lines of text become a ladder and its conditioning."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..zoomstack.scene.ladder import around, parse_ladder
from ..zoomstack.scene.settings import steps_of
from . import host
from .types import CATEGORY, SEARCH, ZoomLadderType

EXAMPLE = """a planet
a planet, a continent
a continent
a continent, a coast line
a coast line
a coast line, an island
an island"""


class PromptLadder(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PromptLadder",
            display_name="Prompt Ladder",
            category=CATEGORY,
            description="One prompt a line, from the widest view to the deepest: the levels of a "
            "zoom.",
            search_aliases=SEARCH,
            hidden=[io.Hidden.unique_id],
            inputs=[
                io.Clip.Input("clip", tooltip="The text encoder of the model."),
                io.String.Input(
                    "prompts", multiline=True, default=EXAMPLE, dynamic_prompts=True,
                    tooltip="One level a line, the widest first. Blank lines and lines that begin "
                    "with # are skipped. A line may say how it sits in the one above: "
                    "[p=3.5 focus=0.4,0.6] a coast line. The answer of a language model is read "
                    "as well: a list, JSON, a table.",
                ),
                io.Float.Input(
                    "zoom_factor", optional=True, default=2.0, min=1.01, max=64.0, step=0.1,
                    tooltip="How many times each level magnifies the one above; whole numbers "
                    "suit latent models best.",
                ),
                io.String.Input(
                    "prefix", optional=True, default="", dynamic_prompts=True,
                    tooltip="Put before every prompt.",
                ),
                io.String.Input(
                    "suffix", optional=True, default="", dynamic_prompts=True,
                    tooltip="Put after every prompt.",
                ),
                io.String.Input(
                    "negative", optional=True, multiline=True, default="", dynamic_prompts=True,
                    tooltip="What to avoid: one line for all levels, or one line a level.",
                ),
                io.Boolean.Input(
                    "loop", optional=True, default=False,
                    tooltip="A zoom without an end: the deepest level shows the first line again. "
                    "Brackets of the first line then say how it sits in the last.",
                ),
            ],
            outputs=[
                ZoomLadderType.Output(
                    display_name="ladder", tooltip="The prompts and how the levels sit in each "
                    "other."
                ),
                io.Conditioning.Output(
                    display_name="positive", tooltip="One entry a level, tagged with its level."
                ),
                io.Conditioning.Output(
                    display_name="negative", tooltip="One entry a level, tagged with its level."
                ),
            ],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        clip: Any,
        prompts: str,
        zoom_factor: float = 2.0,
        prefix: str = "",
        suffix: str = "",
        negative: str = "",
        loop: bool = False,
    ) -> io.NodeOutput:
        if clip is None:
            raise ValueError(
                "PromptLadder got no text encoder: the checkpoint holds none. Load one with "
                "CLIPLoader and connect it."
            )
        ladder = parse_ladder(prompts, zoom_factor, prefix, suffix, negative, loop)
        teller = host.Teller(cls)
        for note in reversed(ladder.notes):
            teller.add(note)
        return io.NodeOutput(
            ladder,
            host.encode_levels(clip, ladder.prompts, steps_of(ladder.own), around(prefix, suffix)),
            host.encode_levels(clip, ladder.negatives),
            ui=teller.ui,
        )
