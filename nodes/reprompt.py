"""RepromptLadder: what levels show, in a model's words, against their prompts."""

from __future__ import annotations

from typing import Any, Literal

from comfy_api.latest import io

from ..zoomstack.measure.described import LEAST, described, reprompted, table
from ..zoomstack.scene.ladder import Ladder
from . import host
from .types import CATEGORY, SEARCH, ZoomLadderType

Replace = Literal["missed", "all", "none"]


class RepromptLadder(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="RepromptLadder",
            display_name="Reprompt Ladder",
            category=CATEGORY,
            description="Compares what a model says that each level shows with the level's "
            "prompt, and writes the ladder anew with its words.",
            search_aliases=[*SEARCH, "LLM", "caption", "describe", "interrogate", "generate text"],
            inputs=[
                ZoomLadderType.Input("ladder", tooltip="The ladder that the levels were made of."),
                io.String.Input(
                    "descriptions", force_input=True,
                    tooltip="One description a level, the widest first: a list, as Generate Text "
                    "makes of Rebatch Images' list of levels.",
                ),
                io.Combo.Input(
                    "replace", optional=True, options=["missed", "all", "none"], default="missed",
                    tooltip="Which prompts become the description: those that their level misses, "
                    "all, or none.",
                ),
                io.Float.Input(
                    "least", optional=True, default=LEAST, min=0.0, max=1.0, step=0.05,
                    tooltip="The share of a prompt's words that its level's description must say; "
                    "less is a miss.",
                ),
            ],
            outputs=[
                io.String.Output(
                    display_name="prompts",
                    tooltip="The ladder as text for another Prompt Ladder: each line says where "
                    "it lies.",
                ),
                io.String.Output(
                    display_name="report",
                    tooltip="A table: each level's prompt, what it shows, and the share of the "
                    "prompt in that.",
                ),
                io.Int.Output(display_name="missed", tooltip="How many levels miss their prompt."),
            ],
            is_input_list=True,
            hidden=[io.Hidden.unique_id],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        ladder: list[Ladder],
        descriptions: list[str],
        replace: Replace | list[Replace] = "missed",
        least: float | list[float] = LEAST,
    ) -> io.NodeOutput:
        ladder_, replace_, least_ = _first(ladder), _first(replace), _first(least)
        found = described(ladder_.prompts, descriptions)
        missed = [level for level, one in enumerate(found) if one.missed(least_)]
        teller = host.Teller(cls)
        if missed:
            worst = min(missed, key=lambda level: found[level].share)
            teller.add(
                f"{len(missed)} of {len(found)} levels miss their prompt; level {worst} says "
                f"{found[worst].share:.0%} of it: {found[worst].said or 'nothing'}"
            )
        limit = {"missed": least_, "all": 2.0, "none": -1.0}[replace_]
        return io.NodeOutput(
            reprompted(ladder_, found, limit), table(found, least_), len(missed), ui=teller.ui
        )


def _first(value: Any) -> Any:
    """A node that takes lists is given every value in one, but for what is left out."""
    return value[0] if isinstance(value, list) else value
