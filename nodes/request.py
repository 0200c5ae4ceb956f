"""LadderRequest: what to ask a language model for, so that its answer is a ladder."""

from __future__ import annotations

from comfy_api.latest import io

from ..zoomstack.scene.ladder import MOST_LEVELS
from ..zoomstack.scene.request import ladder_request, steps_to
from .types import CATEGORY, SEARCH


class LadderRequest(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LadderRequest",
            display_name="Ladder Request",
            category=CATEGORY,
            description="Asks a language model for the prompts of a zoom: connect it to Generate "
            "Text, and its answer to Prompt Ladder.",
            search_aliases=[*SEARCH, "LLM", "language model", "write prompts", "generate text"],
            inputs=[
                io.String.Input(
                    "scene", multiline=True, default="from a galaxy to the veins of a leaf",
                    dynamic_prompts=True,
                    tooltip="What the zoom goes through, or where it begins and ends, in a line. "
                    "Empty: the model chooses.",
                ),
                io.Int.Input(
                    "levels", default=6, min=2, max=MOST_LEVELS,
                    tooltip="How many views. Does not count where magnification is set.",
                ),
                io.Float.Input(
                    "zoom_factor", default=4.0, min=1.1, max=64.0, step=0.1,
                    tooltip="How many times each view magnifies the one before.",
                ),
                io.Float.Input(
                    "magnification", optional=True, default=0.0, min=0.0, max=1e60, step=1.0,
                    tooltip="Of the last view over the first: as many levels as it takes by steps "
                    "of zoom_factor, or a little less. 0: as levels says.",
                ),
                io.String.Input(
                    "middle", optional=True, default="", dynamic_prompts=True,
                    tooltip="What stands in the middle, and what the zoom goes into.",
                ),
                io.String.Input(
                    "style", optional=True, default="", dynamic_prompts=True,
                    tooltip="How all views look; the model writes it at the end of every line.",
                ),
                io.Boolean.Input(
                    "from_picture", optional=True, default=False,
                    tooltip="The widest view is a picture: connect it to Generate Text, too, with "
                    "a model that sees pictures.",
                ),
            ],
            outputs=[
                io.String.Output(
                    display_name="request", tooltip="For Generate Text's prompt, or any model's."
                ),
                io.Float.Output(
                    display_name="zoom_factor",
                    tooltip="How many times each view magnifies the one before: for Prompt "
                    "Ladder's zoom_factor.",
                ),
                io.Int.Output(display_name="levels", tooltip="How many lines are asked for."),
            ],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        scene: str,
        levels: int,
        zoom_factor: float,
        magnification: float = 0.0,
        middle: str = "",
        style: str = "",
        from_picture: bool = False,
    ) -> io.NodeOutput:
        if magnification:
            levels, zoom_factor = steps_to(magnification, zoom_factor)
        request = ladder_request(scene, levels, zoom_factor, middle, style, from_picture)
        return io.NodeOutput(request, zoom_factor, levels)
