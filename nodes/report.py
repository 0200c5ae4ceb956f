"""ZoomStackReport: how good a zoom is, in numbers, a picture and a gate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from comfy_api.latest import io
from torch import Tensor

from ..zoomstack.measure.heat import heat_map
from ..zoomstack.measure.report import Limits, Numbers, failures, measure, table, worst
from ..zoomstack.scene.geometry import Geometry
from ..zoomstack.scene.ladder import Ladder
from ..zoomstack.scene.stack import ZoomStack
from . import host
from .conditioning.tags import of_level
from .inputs import shown_with
from .tensors import check_finite, geometry_of, to_image, to_levels
from .types import CATEGORY, SEARCH, ZoomLadderType, ZoomStackType

Gate = Literal["warn", "stop", "off"]


class ZoomStackReport(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ZoomStackReport",
            display_name="Zoom Stack Report",
            category=CATEGORY,
            description="Measures a zoom: how well levels agree, how visible frames are, colour, "
            "sharpness and prompt fit; and stops what falls short, where you ask for it.",
            search_aliases=[*SEARCH, "quality", "measure", "metrics", "test"],
            is_output_node=True,
            inputs=[
                ZoomStackType.Input(
                    "stack", optional=True, tooltip="The zoom stack to measure, or images."
                ),
                io.Image.Input(
                    "images", optional=True,
                    tooltip="Levels as they were decoded, the widest first: before Laplacian "
                    "Blend, after which they agree by construction.",
                ),
                ZoomLadderType.Input(
                    "ladder", optional=True,
                    tooltip="How the images sit in each other, and their prompts.",
                ),
                io.Float.Input(
                    "zoom_factor", optional=True, default=2.0, min=1.01, max=64.0, step=0.1,
                    tooltip="How many times each image magnifies the one above, where no ladder "
                    "is connected.",
                ),
                io.Image.Input(
                    "reference", optional=True,
                    tooltip="The same levels, each sampled for itself (coupling independent): what "
                    "sharpness and colour drift are measured against.",
                ),
                io.ClipVision.Input(
                    "clip_vision", optional=True,
                    tooltip="Judges how well each level shows its prompt; with clip.",
                ),
                io.Clip.Input(
                    "clip", optional=True,
                    tooltip="The text encoder that belongs to clip_vision.",
                ),
                io.Combo.Input(
                    "gate", optional=True, options=["warn", "stop", "off"], default="warn",
                    tooltip="What happens where a number is beyond its limit: warn says so, stop "
                    "ends the run, off does not look.",
                ),
                io.Float.Input(
                    "min_agreement", optional=True, default=20.0, min=0.0, max=200.0, step=0.5,
                    tooltip="dB that every pair of neighbouring levels must agree by; 0 asks for "
                    "nothing.",
                ),
                io.Float.Input(
                    "max_frame", optional=True, default=1.6, min=0.0, max=100.0, step=0.05,
                    tooltip="How visible a level's frame may be in the one above: 1 is invisible, "
                    "2 is twice the usual step; 0 asks for nothing.",
                ),
                io.Float.Input(
                    "max_drift", optional=True, default=3.0, min=0.0, max=100.0, step=0.1,
                    advanced=True, extra_dict=shown_with("reference"),
                    tooltip="CIE units that the mean colour may move away from the reference's "
                    "per level; needs a reference; 0 asks for nothing.",
                ),
                io.Float.Input(
                    "min_sharpness", optional=True, default=0.7, min=0.0, max=10.0, step=0.05,
                    advanced=True, extra_dict=shown_with("reference"),
                    tooltip="Of the reference's detail that every level must have; needs a "
                    "reference; 0 asks for nothing.",
                ),
                io.Float.Input(
                    "min_prompt_fit", optional=True, default=0.2, min=0.0, max=1.0, step=0.01,
                    advanced=True, extra_dict=shown_with("clip_vision"),
                    tooltip="CLIP's cosine that every level must have with its prompt; needs "
                    "clip_vision; 0 asks for nothing.",
                ),
                io.Float.Input(
                    "hot", optional=True, default=0.1, min=0.001, max=1.0, step=0.01, advanced=True,
                    tooltip="The disagreement that the heat map draws white; colours span 1.",
                ),
            ],
            outputs=[
                io.String.Output(display_name="report", tooltip="The verdict and a table."),
                io.Image.Output(
                    display_name="heat_map",
                    tooltip="One picture a level: where it differs from what the next one shows "
                    "of it, from red to white.",
                ),
                io.Boolean.Output(
                    display_name="passed",
                    tooltip="Whether every number keeps its limit; yes where the gate is off.",
                ),
                io.Image.Output(
                    display_name="images",
                    tooltip="The levels as they came in: what hangs on them runs only where the "
                    "gate lets it.",
                ),
                io.Float.Output(
                    display_name="agreement",
                    tooltip="Of the worst pair, in dB; 999 where all agree exactly.",
                ),
                io.Float.Output(display_name="frame", tooltip="Of the worst level."),
                io.Float.Output(display_name="drift", tooltip="Of the mean colour, a level."),
                io.Float.Output(
                    display_name="sharpness",
                    tooltip="Of the worst level against the reference; 0 without one.",
                ),
                io.Float.Output(
                    display_name="prompt_fit",
                    tooltip="Of the worst level; 0 without clip_vision.",
                ),
            ],
            hidden=[io.Hidden.unique_id],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        stack: ZoomStack | None = None,
        images: Tensor | None = None,
        ladder: Ladder | None = None,
        zoom_factor: float = 2.0,
        reference: Tensor | None = None,
        clip_vision: Any = None,
        clip: Any = None,
        gate: Gate = "warn",
        min_agreement: float = 20.0,
        max_frame: float = 1.6,
        max_drift: float = 3.0,
        min_sharpness: float = 0.7,
        min_prompt_fit: float = 0.2,
        hot: float = 0.1,
    ) -> io.NodeOutput:
        views, geometry, prompts = _zoom(stack, images, ladder, zoom_factor)
        fits = None
        if clip_vision is not None:
            fits = _fits(clip_vision, clip, prompts, views)
        beside = None if reference is None else to_levels(reference)
        numbers = measure(views, geometry, beside, fits)
        limits = Limits(
            agreement=min_agreement,
            frame=max_frame,
            drift=max_drift,
            sharpness=min_sharpness,
            fit=min_prompt_fit,
        )
        missed = [] if gate == "off" else failures(numbers, limits, reference is not None)
        verdict = "Not judged." if gate == "off" else "Every number keeps its limit."
        if missed:
            verdict = f"The zoom falls short: {'; '.join(missed)}."
        if missed and gate == "stop":
            raise ValueError(
                f"{verdict} Change how the zoom is made, the limits, or the gate to warn."
            )
        if missed:
            host.log.warning(verdict)
        text = f"{verdict}\n\n{table(numbers, prompts)}"
        teller = host.Teller(cls)
        teller.say(text)
        return io.NodeOutput(
            text,
            to_image(heat_map(views, geometry, hot)),
            not missed,
            to_image(views),
            *worst(numbers),
            ui={
                "text": [text],
                "zoom_report": [{"passed": not missed, **_plain(numbers)}],
                **teller.ui,
            },
        )


def _zoom(
    stack: ZoomStack | None, images: Tensor | None, ladder: Ladder | None, zoom_factor: float
) -> tuple[Tensor, Geometry, tuple[str, ...]]:
    """Views (N, 3, H, W), their geometry, and their prompts where those are known."""
    if (images is None) == (stack is None):
        raise ValueError(
            "ZoomStackReport measures either a stack or images; connect "
            + ("one of them." if images is None else "only one of them.")
        )
    if stack is not None:
        return stack.levels[:, :3], stack.geometry, stack.prompts
    assert images is not None
    views = to_levels(images)
    check_finite(views)
    geometry = geometry_of(views, zoom_factor, ladder, "ZoomStackReport")
    return views, geometry, ladder.prompts if ladder else ()


def _fits(clip_vision: Any, clip: Any, prompts: tuple[str, ...], views: Tensor) -> list[float]:
    """Each level's fit to its own prompt."""
    if clip is None or not prompts:
        raise ValueError(
            "ZoomStackReport needs the prompts to judge how levels fit them; connect "
            + ("clip, the text encoder that belongs to clip_vision." if prompts else "a ladder.")
        )
    encoded = host.encode_levels(clip, prompts)
    texts = [of_level(encoded, level) for level in range(len(prompts))]
    return host.prompt_fits(clip_vision, texts, views).diagonal().tolist()


def _plain(numbers: Numbers) -> dict[str, Any]:
    """As plain JSON, which has no NaN."""

    def plain(value: Any) -> Any:
        if isinstance(value, Sequence):
            return [plain(one) for one in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return {name: plain(value) for name, value in numbers._asdict().items()}
