"""ExtendZoom and BranchZoom: new levels for a finished zoom, all of whose own are held."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..zoomstack.paint.rework.branch import branch
from ..zoomstack.paint.rework.draft import Draft, marked
from ..zoomstack.paint.rework.extend import extend
from ..zoomstack.paint.rework.insert import insert
from ..zoomstack.scene.ladder import Ladder
from ..zoomstack.scene.stack import ZoomStack
from . import host
from .conditioning.rows import Rows
from .inputs import (
    place_inputs,
    rework_inputs,
    rework_of,
    stack_outputs,
    taken,
    wider_input,
)
from .run.asked import Doors, asked
from .tensors import check_open, to_image
from .types import CATEGORY, SEARCH, ZoomLadderType, ZoomStackType

AFTER = "after level"
WHERE = ["inward", "outward", AFTER]
STEP = 2.0  # the zoom factor of a new step where none is given
SEED = "The same seed and settings give the same levels."
LADDER = ZoomLadderType.Input(
    "ladder", tooltip="From Prompt Ladder: a line for each new level, the widest first, with the "
    "zoom factors between them."
)  # fmt: skip


class ExtendZoom(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        first, last = rework_inputs(SEED, None)
        return io.Schema(
            node_id="ExtendZoom",
            display_name="Extend Zoom",
            category=CATEGORY,
            description="New levels for a finished zoom: below the deepest, above the widest, or "
            "between two. All levels that it has stay as they are, but for what wider says.",
            search_aliases=[*SEARCH, "insert a level", "zoom further", "outpaint"],
            inputs=[
                ZoomStackType.Input("stack", tooltip="The finished zoom."),
                LADDER,
                *first,
                io.Combo.Input(
                    "where", options=WHERE, default="inward",
                    tooltip="inward: below the deepest level; outward: above the widest; after "
                    "level: between that level and the next deeper one.",
                ),
                io.Int.Input(
                    "level", default=0, min=0, max=255,
                    tooltip="After which level, with where after level; 0 is the widest.",
                ),
                *place_inputs(
                    "How many times the step between old and new levels magnifies. 0: 2 times; "
                    "after level, the old step shared evenly by all its new ones.",
                    "the middle of that step's frame. After level it counts where zoom is set.",
                ),
                *last,
                wider_input(optional=True),
            ],
            outputs=stack_outputs("The zoom with its new levels."),
            hidden=[io.Hidden.unique_id, io.Hidden.prompt],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        stack: ZoomStack,
        ladder: Ladder,
        where: str,
        level: int,
        zoom: float,
        focus_x: float,
        focus_y: float,
        **options: Any,
    ) -> io.NodeOutput:
        stack, step, at = host.with_seed(stack, cls.hidden), zoom or STEP, (focus_x, focus_y)
        check_open(ladder, "ExtendZoom")
        lines = ladder.prompts
        if where == "inward":
            draft = extend(stack, lines, "inward", (step, *ladder.zooms), (at, *ladder.focus))
        elif where == "outward":
            draft = extend(stack, lines, "outward", (*ladder.zooms, step), (*ladder.focus, at))
        elif zoom:
            draft = insert(stack, level, lines, (step, *ladder.zooms), (at, *ladder.focus))
        else:
            draft = insert(stack, level, lines)
        return _made(cls, draft, ladder, options)


class BranchZoom(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        first, last = rework_inputs(SEED, None)
        return io.Schema(
            node_id="BranchZoom",
            display_name="Branch Zoom",
            category=CATEGORY,
            description="Another target in a level of a finished zoom: a second zoom that begins "
            "as the first does, to the bit.",
            search_aliases=[*SEARCH, "second target", "tree of zooms"],
            inputs=[
                ZoomStackType.Input("stack", tooltip="The finished zoom, which stays as it is."),
                LADDER,
                *first,
                io.Int.Input(
                    "level", default=0, min=0, max=255,
                    tooltip="The deepest level that both zooms have; 0 is the widest.",
                ),
                *place_inputs(
                    "How many times the first new level magnifies that level; 0: 2 times.",
                    "the middle of the new target in that level.",
                ),
                *last,
            ],
            outputs=stack_outputs("The second zoom: the levels they share, then the new ones."),
            hidden=[io.Hidden.unique_id, io.Hidden.prompt],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        stack: ZoomStack,
        ladder: Ladder,
        level: int,
        zoom: float,
        focus_x: float,
        focus_y: float,
        **options: Any,
    ) -> io.NodeOutput:
        check_open(ladder, "BranchZoom")
        zooms = (zoom or STEP, *ladder.zooms)
        focus = ((focus_x, focus_y), *ladder.focus)
        stack = host.with_seed(stack, cls.hidden)
        return _made(cls, branch(stack, level, ladder.prompts, zooms, focus), ladder, options)


def _made(node: Any, draft: Draft, ladder: Ladder, options: dict[str, Any]) -> io.NodeOutput:
    """The draft's stack, its free levels from the lines of ``ladder``."""
    draft = marked(draft, ladder.bridges)
    doors = taken(Doors, options)._replace(ladder=ladder)
    prompts = asked(node.__name__, doors, Rows.all(ladder.levels))
    teller = host.Teller(node)
    made = rework_of(options, prompts, node.hidden, teller, ladder)(draft)
    return io.NodeOutput(made, to_image(made.levels), ui=teller.ui)
