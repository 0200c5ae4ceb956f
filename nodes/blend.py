"""LaplacianBlend: from level pictures to a zoom stack."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from comfy_api.latest import io
from torch import Tensor

from ..zoomstack.joint.anchor import PhotoAnchor
from ..zoomstack.joint.blend import Method, Weighting, agreement
from ..zoomstack.joint.consensus import Consensus
from ..zoomstack.joint.keep import keep, kept, meetings
from ..zoomstack.measure.likeness import ALIKE, likeness
from ..zoomstack.paint.colours import matched_colours
from ..zoomstack.scene.geometry import Geometry
from ..zoomstack.scene.ladder import Ladder
from ..zoomstack.scene.settings import weights_of
from ..zoomstack.scene.stack import ZoomStack
from . import host
from .run.photo import Photo
from .tensors import check_finite, geometry_of, to_image, to_levels
from .types import CATEGORY, SEARCH, ZoomAnchorType, ZoomLadderType, ZoomStackType


class LaplacianBlend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LaplacianBlend",
            display_name="Laplacian Blend",
            category=CATEGORY,
            description="Blends level pictures, band by band, into one zoom stack whose levels "
            "agree exactly.",
            search_aliases=[*SEARCH, "multi-resolution blending"],
            inputs=[
                io.Image.Input(
                    "images", tooltip="One picture a level, the widest first, all of one size."
                ),
                io.Float.Input(
                    "zoom_factor", optional=True, default=2.0, min=1.01, max=64.0, step=0.1,
                    tooltip="How many times each level magnifies the one above, where no ladder "
                    "is connected.",
                ),
                io.Combo.Input(
                    "weighting", optional=True, options=["snr", "uniform"], default="snr",
                    advanced=True,
                    tooltip="How much wider levels count: snr by what they can show, uniform all "
                    "alike (the paper).",
                ),
                io.Float.Input(
                    "feather", optional=True, default=0.25, min=0.0, max=0.5, step=0.01,
                    advanced=True,
                    tooltip="Border of a level that follows the level above, as a fraction of its "
                    "frame.",
                ),
                io.Combo.Input(
                    "blend", optional=True, options=["laplacian", "average"], default="laplacian",
                    advanced=True,
                    tooltip="laplacian blends by frequency bands; average is the paper's naive "
                    "ablation.",
                ),
                ZoomLadderType.Input(
                    "ladder", optional=True,
                    tooltip="How the levels sit in each other, and their prompts.",
                ),
                ZoomAnchorType.Input(
                    "anchor", optional=True,
                    tooltip="From Photo Anchor, as the sampler has it: its level becomes the photo "
                    "itself, and all others show it exactly.",
                ),
                io.Boolean.Input(
                    "match_colours", optional=True, default=False, advanced=True,
                    tooltip="For pictures from elsewhere: brings each level to the colours of the "
                    "one above it, where both show the same place, before they are blended.",
                ),
            ],
            outputs=[
                ZoomStackType.Output(
                    display_name="stack", tooltip="For the video, the explorer and for saving."
                ),
                io.Image.Output(
                    display_name="views", tooltip="One picture a level; they agree exactly."
                ),
                io.String.Output(
                    display_name="agreement",
                    tooltip="How well neighbouring levels agreed before blending, and a photo's "
                    "level with the photo, in dB.",
                ),
            ],
            hidden=[io.Hidden.unique_id],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        images: Tensor,
        zoom_factor: float = 2.0,
        weighting: Weighting = "snr",
        feather: float = 0.25,
        blend: Method = "laplacian",
        ladder: Ladder | None = None,
        anchor: tuple[Photo, ...] | None = None,
        match_colours: bool = False,
    ) -> io.NodeOutput:
        levels = to_levels(images)
        geometry = geometry_of(levels, zoom_factor, ladder, "LaplacianBlend")
        check_finite(levels)
        if match_colours:
            levels = matched_colours(levels, geometry)
        anchors = [
            photo.anchor(photo.fitted_to(geometry.height, geometry.width)[0].to(levels))
            for photo in anchor or ()
        ]
        weights = weights_of(ladder.own) if ladder else ()
        agree = Consensus(
            method=blend,
            weighting=weighting,
            feather=feather,
            values=(0.0, 1.0),
            weights=weights,
        )
        views = keep(levels, geometry, anchors, agree)
        lines = [
            describe(agreement(levels, geometry), geometry.levels),
            *of_photos(levels, geometry, anchors),
        ]
        more = [photo.cropped(geometry.height, geometry.width) for photo in anchor or ()]
        more += strangers(likeness(levels, geometry), geometry)
        teller = host.Teller(cls)
        for line in reversed([*lines, *filter(None, more)]):
            teller.add(line)
        known = (ladder.prompts, ladder.bridges) if ladder else ((), ())
        stack = ZoomStack(views, geometry, known[0], bridges=known[1])
        return io.NodeOutput(stack, to_image(views), "; ".join(lines), ui=teller.ui)


def of_photos(levels: Tensor, geometry: Geometry, anchors: Sequence[PhotoAnchor]) -> list[str]:
    """What is to be said of photos: how their levels kept them, and where two do not go together.

    "level 0 had kept its photo at 22.6 dB", in which it is exact from now on.
    """
    said = [
        f"level {anchor.level} had kept its photo at {min(decibels, 999.0):.1f} dB"
        for anchor, decibels in zip(anchors, kept(levels, anchors), strict=True)
    ]
    return said + [
        f"the photos of levels {m.wider} and {m.deeper} differ where they meet, at "
        f"{m.decibels:.1f} dB: both levels show the deeper one there"
        for m in meetings(anchors, geometry)
        if not m.same
    ]


def strangers(alike: Sequence[float], geometry: Geometry) -> Iterator[str]:
    """A line where neighbours do not show the same place: the worst of them, and how many."""
    unlike = [
        (value, pair, zoom)
        for value, pair, zoom in zip(alike, geometry.neighbours, geometry.zooms, strict=True)
        if value < ALIKE
    ]
    if unlike:
        value, (wide, deep), zoom = min(unlike)
        others = len(unlike) - 1
        more = (
            f", nor do {others} other pairs" if others > 1 else ", nor does 1 other pair" * others
        )
        yield (
            f"levels {wide} and {deep} do not show the same place at {zoom:g} times (their detail "
            f"goes together by {value:.2f}, which should be over {ALIKE:g}){more}: the order or a "
            "zoom factor may be wrong, or a picture missing. Align Zoom finds out which"
        )


def describe(decibels: tuple[float, ...], levels: int) -> str:
    """A line to read and the numbers: "27.3 dB mean, 25.1 dB worst (levels 2-3): 28.0 25.1 ...".

    After the last of ``levels`` comes level 0.
    """
    if not decibels:
        return "one level: nothing to compare"
    finite = [min(value, 999.0) for value in decibels if not math.isnan(value)]
    if not finite:
        return "no level is large enough to show the next one"
    worst = min(range(len(decibels)), key=lambda i: (math.isnan(decibels[i]), decibels[i]))
    deeper = (worst + 1) % levels
    numbers = " ".join("-" if math.isnan(v) else f"{min(v, 999.0):.1f}" for v in decibels)
    return (
        f"agreement of neighbouring levels: {sum(finite) / len(finite):.1f} dB mean, "
        f"{min(finite):.1f} dB worst (levels {worst}-{deeper}): {numbers}"
    )
