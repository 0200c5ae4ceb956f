"""PromptLadder: lines of text become a ladder and its conditioning."""

from __future__ import annotations

from typing import Any, Literal

from comfy_api.latest import io

from ..zoomstack.scene.between.bridges import bridged
from ..zoomstack.scene.between.written import ways
from ..zoomstack.scene.checks import check_choice
from ..zoomstack.scene.ladder import Ladder, around, dressed, parse_ladder
from ..zoomstack.scene.settings import steps_of
from . import host
from .inputs import shown_with
from .types import CATEGORY, SEARCH, ZoomLadderType

BRIDGES = ("both", "blend")
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
                io.Float.Input(
                    "largest_step", optional=True, default=0.0, min=0.0, max=64.0, step=0.5,
                    advanced=True,
                    tooltip="For lines that lie far from each other, such as powers of ten: a line "
                    "that is magnified more than this gets levels between it and the one above, "
                    "none magnified more. 2 suits most models; 0: none.",
                ),
                io.Combo.Input(
                    "bridge", optional=True, options=list(BRIDGES), default="both", advanced=True,
                    extra_dict=shown_with("largest_step"),
                    tooltip="What a level shows that largest_step puts between two lines. both: "
                    "the prompts of both, with a comma. blend: their conditioning, mixed by the "
                    "share of the way.",
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
        largest_step: float = 0.0,
        bridge: Literal["both", "blend"] = "both",
    ) -> io.NodeOutput:
        if clip is None:
            raise ValueError(
                "PromptLadder got no text encoder: the checkpoint holds none. Load one with "
                "CLIPLoader and connect it."
            )
        check_choice("bridge", bridge, BRIDGES)
        lines = parse_ladder(prompts, zoom_factor, negative=negative, loop=loop)
        ladder = dressed(bridged(lines, largest_step), prefix, suffix)
        blend = bridge == "blend" and any(ladder.bridges)
        between = ways(ladder.zooms, ladder.bridges, ladder.closed) if blend else ()
        steps, alone = steps_of(ladder.own), around(prefix, suffix)
        teller = _said(cls, ladder)
        return io.NodeOutput(
            ladder,
            host.encode_levels(clip, ladder.prompts, steps, alone, between),
            host.encode_levels(clip, ladder.negatives, between=between),
            ui=teller.ui,
        )


def _said(node: type[io.ComfyNode], ladder: Ladder) -> host.Teller:
    """Says what its user should know of a ladder."""
    teller = host.Teller(node)
    for note in reversed(ladder.notes):
        teller.add(note)
    if ladder.levels == 1:
        teller.add("this ladder has one level, which is a picture and no zoom")
    return teller
