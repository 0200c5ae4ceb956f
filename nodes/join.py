"""CutZoom and JoinZooms: a part of a zoom as a zoom of its own, and two as one."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..zoomstack.paint.rework.cut import cut
from ..zoomstack.paint.rework.join import bridge as bridged
from ..zoomstack.paint.rework.join import join
from ..zoomstack.scene.ladder import Ladder
from ..zoomstack.scene.stack import ZoomStack
from . import host
from .conditioning.rows import Rows
from .inputs import place_inputs, rework_inputs, rework_of, stack_outputs, taken
from .run.asked import Doors, asked
from .tensors import to_image
from .types import CATEGORY, SEARCH, ZoomStackType

STEP = 2.0  # the zoom factor of a step where none is given


class CutZoom(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="CutZoom",
            display_name="Cut Zoom",
            category=CATEGORY,
            description="Some neighbouring levels of a zoom as a zoom of their own, to the bit.",
            search_aliases=[*SEARCH, "part of a zoom", "shorten"],
            inputs=[
                ZoomStackType.Input("stack", tooltip="The zoom, which stays as it is."),
                io.Int.Input(
                    "first", default=0, min=0, max=255,
                    tooltip="The widest level that is kept; 0 is the widest there is.",
                ),
                io.Int.Input(
                    "last", default=-1, min=-1, max=255,
                    tooltip="The deepest level that is kept; -1 is the deepest there is. Of a loop "
                    "it may come before the first.",
                ),
            ],
            outputs=stack_outputs("Those levels."),
            hidden=[io.Hidden.unique_id, io.Hidden.prompt],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls, stack: ZoomStack, first: int, last: int
    ) -> io.NodeOutput:
        part = cut(host.with_seed(stack, cls.hidden), first, None if last < 0 else last)
        return io.NodeOutput(part, to_image(part.levels))


class JoinZooms(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        first, last = rework_inputs(
            "The same seed and settings give the same levels.",
            "From Prompt Ladder: a line for each bridging level, the widest first.",
            optional=True,
        )
        return io.Schema(
            node_id="JoinZooms",
            display_name="Join Zooms",
            category=CATEGORY,
            description="Two zooms as one: the second lies in the deepest level of the first, at "
            "once or by new levels between them.",
            search_aliases=[*SEARCH, "concatenate zooms", "bridge"],
            inputs=[
                ZoomStackType.Input("a", tooltip="The zoom that the result begins with."),
                ZoomStackType.Input("b", tooltip="The zoom that lies in its deepest level."),
                *place_inputs(
                    "How many times the widest level of b magnifies the deepest of a, all "
                    "bridging levels together. 0: 2 times a step.",
                    "the middle of b in the deepest level of a.",
                    most=1048576.0,
                ),
                io.Int.Input(
                    "bridge", default=0, min=0, max=16,
                    tooltip="New levels between the two. 0: none, and no model is needed; else a "
                    "ladder of as many lines.",
                ),
                io.Boolean.Input(
                    "resize", default=False,
                    tooltip="Brings b to the size of a, where they differ.",
                ),
                *first,
                *last,
                io.Float.Input(
                    "unlike", optional=True, default=0.25, min=0.0, max=1.0, step=0.01,
                    advanced=True,
                    tooltip="How far apart the mean colours of the two may be where they meet, "
                    "from 0 to 1; further apart is an error.",
                ),
            ],
            outputs=stack_outputs("The levels of a, the new ones, and those of b."),
            hidden=[io.Hidden.unique_id, io.Hidden.prompt],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        a: ZoomStack,
        b: ZoomStack,
        zoom: float = 0.0,
        focus_x: float = 0.5,
        focus_y: float = 0.5,
        bridge: int = 0,
        resize: bool = False,
        unlike: float = 0.25,
        model: Any = None,
        **options: Any,
    ) -> io.NodeOutput:
        a, b = (host.with_seed(one, cls.hidden, door) for one, door in ((a, "a"), (b, "b")))
        whole, at, teller = zoom or STEP ** (bridge + 1), (focus_x, focus_y), host.Teller(cls)
        feather = options.get("feather", 0.25)
        if not bridge:
            joined = join(a, b, whole, at, resize, unlike, feather)
            teller.add(joined.history[-1].note)
        else:
            doors = taken(Doors, options)
            ladder = _ladder_of(bridge, doors.ladder)
            _check_model(bridge, {**options, "model": model})
            draft = bridged(a, b, ladder.prompts, whole, at, None, resize, unlike, feather)
            prompts = asked("JoinZooms", doors, Rows.all(bridge))
            # Free: a shows b laid into it where the two meet, which the bridge is to make good.
            how = {**options, "model": model, "wider": 0.0}
            joined = rework_of(how, prompts, cls.hidden, teller, ladder)(draft)
        return io.NodeOutput(joined, to_image(joined.levels), ui=teller.ui)


def _ladder_of(levels: int, ladder: Ladder | None) -> Ladder:
    """The ladder of the bridging levels; ``ValueError`` where it does not fit."""
    has = 0 if ladder is None else ladder.levels
    if ladder is None or has != levels:
        raise ValueError(
            f"JoinZooms is to make {levels} bridging levels, but "
            f"{f'its ladder has {has} lines' if has else 'no ladder is connected'}; connect a "
            f"Prompt Ladder of {levels} lines, or set bridge to {has}."
        )
    return ladder


def _check_model(levels: int, options: dict[str, Any]) -> None:
    missing = [name for name in ("model", "vae") if options.get(name) is None]
    if missing:
        raise ValueError(
            f"JoinZooms is to make {levels} bridging levels, but no {' and no '.join(missing)} is "
            "connected; connect it, or set bridge to 0."
        )
