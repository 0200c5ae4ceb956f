"""ReworkZoom: some levels of a finished zoom made anew, all others held."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..zoomstack.paint.rework.again import again
from ..zoomstack.scene.chosen import parse_levels
from ..zoomstack.scene.stack import ZoomStack
from . import host
from .conditioning.rows import Rows
from .inputs import rework_inputs, rework_of, stack_outputs, taken, wider_input
from .run.asked import Doors, asked, check_ladder_of
from .tensors import to_image
from .types import CATEGORY, SEARCH, ZoomStackType


class ReworkZoom(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        first, last = rework_inputs(
            "Another seed makes the levels anew in another way; the same and the same settings "
            "give the same.",
            "How the levels lie and what they show, a line for each level of the stack: only those "
            "of the levels that are made anew are read.",
        )
        return io.Schema(
            node_id="ReworkZoom",
            display_name="Rework Zoom",
            category=CATEGORY,
            description="Makes some levels of a finished zoom anew, while all others stay as they "
            "are. Only those levels are sampled.",
            search_aliases=[*SEARCH, "redo a level", "re-roll", "variation"],
            inputs=[
                ZoomStackType.Input("stack", tooltip="The finished zoom."),
                *first,
                io.String.Input(
                    "levels", default="1", tooltip="Which levels are made anew; 0 is the widest. "
                    "Numbers and ranges: 3, 5-7; 3- is level 3 and all deeper ones.",
                ),
                wider_input(),
                *last,
                io.Float.Input(
                    "denoise", optional=True, default=1.0, min=0.0, max=1.0, step=0.01,
                    advanced=True,
                    tooltip="1 makes the levels from noise alone; less begins with their old "
                    "pictures, and keeps more of them.",
                ),
            ],
            outputs=stack_outputs("The zoom with its new levels."),
            hidden=[io.Hidden.unique_id, io.Hidden.prompt],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls, stack: ZoomStack, levels: str, **options: Any
    ) -> io.NodeOutput:
        count = stack.geometry.levels
        doors = taken(Doors, options)
        rows = Rows(parse_levels(levels, count, "zoom"), count)
        if doors.ladder is not None:
            check_ladder_of(stack, doors.ladder)
        new = None if doors.ladder is None else doors.ladder.prompts
        draft = again(host.with_seed(stack, cls.hidden), rows.levels, new)
        prompts = asked("ReworkZoom", doors, rows, stack.prompts)
        teller = host.Teller(cls)
        made = rework_of(options, prompts, cls.hidden, teller, doors.ladder, rows)(draft)
        return io.NodeOutput(made, to_image(made.levels), ui=teller.ui)
