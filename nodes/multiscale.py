"""MultiScalePatch: large pictures in windows, which follow a smaller picture."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from .inputs import WindowWords, window_inputs
from .run.windows import WindowOptions, in_windows
from .types import CATEGORY

WORDS = WindowWords(
    tile_size="Pixels a side of a window: the size that the model was made for. 0: the whole "
    "picture is one window.",
    tile_stride="Pixels from a window to the next; 0 is half a window. Less is smoother, and "
    "slower.",
    multiscale="Smaller versions of the picture, each half the size of the one before, that are "
    "denoised first and give the layout. 0: windows alone.",
    multiscale_weight="How far windows are pulled to the smaller version: 0 not at all, 8 and more "
    "all the way. With gradient, 10 is the paper's best.",
    multiscale_end="Where that ends, as a fraction of the steps: the first ones make the layout.",
)


class MultiScalePatch(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="MultiScalePatch",
            display_name="Multi-Scale Patch",
            category=CATEGORY,
            description="A model that denoises pictures larger than it was made for, in "
            "overlapping windows that follow a smaller version of the picture.",
            search_aliases=[
                "multidiffusion", "multi-scale diffusion", "tiled diffusion", "panorama", "tiles",
                "high resolution",
            ],
            inputs=[
                io.Model.Input("model", tooltip="The diffusion model."),
                *window_inputs(WORDS, tile_size=512, multiscale=1),
                io.Combo.Input(
                    "multiscale_solver", optional=True, options=["exact", "gradient"],
                    default="exact", advanced=True,
                    tooltip="exact corrects the prediction, in closed form; gradient descends "
                    "through the model (the paper), with more time and memory.",
                ),
                io.Combo.Input(
                    "window_weights", optional=True, options=["smooth", "average"],
                    default="smooth", advanced=True,
                    tooltip="smooth lets a window count less towards its edges; average counts "
                    "all alike (MultiDiffusion's), which leaves more of a seam.",
                ),
                io.Boolean.Input(
                    "wrap", optional=True, default=False, advanced=True,
                    tooltip="The right edge goes on at the left one, for panoramas all around.",
                ),
                io.Int.Input(
                    "windows_per_batch", optional=True, default=0, min=0, max=256, advanced=True,
                    tooltip="Windows per model call; 0 takes as many as fit in memory.",
                ),
            ],
            outputs=[
                io.Model.Output(
                    display_name="model", tooltip="The model, for a stock sampler node."
                )
            ],
        )  # fmt: skip

    @classmethod
    def execute(cls, model: Any, **options: Any) -> io.NodeOutput:  # type: ignore[override]
        return io.NodeOutput(in_windows(model, WindowOptions(**options)))
