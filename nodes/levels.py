"""LevelConditioning: conditioning for some levels of a zoom, apart from the others."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..zoomstack.scene.chosen import parse_levels
from ..zoomstack.scene.ladder import Ladder
from .conditioning.tags import at_levels
from .types import CATEGORY, SEARCH, ZoomLadderType


class LevelConditioning(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LevelConditioning",
            display_name="Level Conditioning",
            category=CATEGORY,
            description="Conditioning for some levels of a zoom alone: a region, a LoRA, a "
            "reference image. Conditioning (Combine) joins it with the rest.",
            search_aliases=[*SEARCH, "regional prompt", "area per level"],
            inputs=[
                io.Conditioning.Input(
                    "conditioning", tooltip="Of any node, which then is for these levels; or of "
                    "Prompt Ladder, of which these levels are taken out."
                ),
                ZoomLadderType.Input(
                    "ladder", tooltip="From Prompt Ladder: how many levels there are."
                ),
                io.String.Input(
                    "levels", default="0", tooltip="Which levels; 0 is the widest. Numbers and "
                    "ranges: 0, 2-4; 3- is level 3 and all deeper ones.",
                ),
            ],
            outputs=[
                io.Conditioning.Output(
                    display_name="these", tooltip="The conditioning of these levels."
                ),
                io.Conditioning.Output(
                    display_name="others", tooltip="The conditioning of all other levels."
                ),
            ],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls, conditioning: Any, ladder: Ladder, levels: str
    ) -> io.NodeOutput:
        chosen = parse_levels(levels, ladder.levels)
        these, others = at_levels(conditioning, chosen, ladder.levels)
        if not these:
            raise ValueError(
                f"The conditioning holds nothing for the levels {levels}: another Level "
                "Conditioning has taken them out; connect its other output."
            )
        return io.NodeOutput(these, others)
