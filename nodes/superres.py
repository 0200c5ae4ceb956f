"""SuperResZoom: from the widest picture inward, each level enlarged out of the one above."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from comfy_api.latest import io
from torch import Tensor

from ..zoomstack.paint.inward import inward
from ..zoomstack.scene.ladder import Ladder
from . import host
from .inputs import sampler_inputs, zoom_inputs
from .run.own import unblended
from .run.painter import Painter
from .tensors import check_open, one_picture, to_image
from .types import CATEGORY, SEARCH


class SuperResZoom(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="SuperResZoom",
            display_name="Super-Resolution Zoom",
            category=CATEGORY,
            description="A zoom made inward: each level is the frame of the next one, cut out of "
            "the level above, enlarged and redrawn with its prompt.",
            search_aliases=[*SEARCH, "super resolution", "zoom in"],
            inputs=[
                *sampler_inputs("The same seed and settings give the same zoom."),
                *zoom_inputs(
                    "The widest picture, the ladder's first line; its size counts, and all deeper "
                    "levels shrink to it exactly. Without one it is generated."
                ),
                io.UpscaleModel.Input(
                    "upscale_model", optional=True,
                    tooltip="Enlarges what was cut out, from Load Upscale Model; without one it "
                    "is resampled.",
                ),
                io.Float.Input(
                    "denoise", optional=True, default=0.6, min=0.0, max=1.0, step=0.01,
                    tooltip="How far each level is redrawn: little keeps it blurred, much lets it "
                    "part from the level above.",
                ),
            ],
            outputs=[
                io.Image.Output(
                    display_name="images",
                    tooltip="One picture a level, the widest first, for Laplacian Blend.",
                )
            ],
            hidden=[io.Hidden.unique_id, io.Hidden.prompt],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        vae: Any,
        ladder: Ladder,
        image: Tensor | None = None,
        width: int = 512,
        height: int = 512,
        upscale_model: Any = None,
        denoise: float = 0.6,
        **sampling: Any,
    ) -> io.NodeOutput:
        check_open(ladder, "SuperResZoom")
        painter = Painter(vae, host.Sampling(**sampling), ladder.own)
        teller = host.Teller(cls)
        for line in (*host.cut_pictures(cls.hidden), unblended(ladder.own, "SuperResZoom")):
            if line:
                teller.add(line)
        if image is None:
            teller.show(f"level 0 of {ladder.levels - 1}")
            seed = painter.seed(0, painter.how.seed)
            widest = painter.invent(height, width, level=0, seed=seed)
        else:
            widest = one_picture(image, "SuperResZoom")
        geometry = ladder.geometry(*widest.shape[-2:])

        def redraw(picture: Tensor, level: int) -> Tensor:
            teller.show(f"level {level} of {ladder.levels - 1}")
            seed = painter.seed(level, painter.how.seed + level)
            return painter.redraw(picture, level, seed=seed, denoise=denoise)

        enlarge = partial(host.enlarge, upscale_model) if upscale_model is not None else None
        given = image is not None
        levels = [widest, *inward(widest, geometry, redraw, enlarge, exact=given)]
        return io.NodeOutput(to_image(torch.stack(levels)), ui=teller.ui)
