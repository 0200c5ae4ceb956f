"""AlignZoom: pictures from elsewhere become a ladder."""

from __future__ import annotations

from collections.abc import Sequence

from comfy_api.latest import io
from torch import Tensor

from ..zoomstack.measure.align.align import align
from ..zoomstack.measure.align.report import report
from . import host
from .tensors import to_image
from .types import CATEGORY, SEARCH, ZoomLadderType


class AlignZoom(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AlignZoom",
            display_name="Align Zoom",
            category=CATEGORY,
            description="Finds how pictures from elsewhere zoom into each other: their order, and "
            "the factor and focus of each pair.",
            search_aliases=[*SEARCH, "zoom out sequence", "register", "align images"],
            inputs=[
                io.Image.Input(
                    "images",
                    tooltip="The pictures, in any order. A batch has one size; a list of images "
                    "may have several, and is brought to the one that most have.",
                ),
                io.String.Input(
                    "prompts", optional=True, multiline=True, default="",
                    tooltip="One prompt a level for the ladder and the text, the widest first; "
                    "empty: level 0, level 1 and so on.",
                ),
            ],
            outputs=[
                io.Image.Output(
                    display_name="images",
                    tooltip="The pictures that lie in each other, upright, of one size, the "
                    "widest first, for Laplacian Blend.",
                ),
                ZoomLadderType.Output(
                    display_name="ladder",
                    tooltip="How they lie in each other, for Laplacian Blend and Zoom Stack "
                    "Report.",
                ),
                io.String.Output(
                    display_name="text",
                    tooltip="The ladder as text for Prompt Ladder: each line says where it lies.",
                ),
                io.String.Output(
                    display_name="report",
                    tooltip="A table: per pair the factor, the focus, the confidence and the "
                    "agreement in dB; and words for what is wrong.",
                ),
            ],
            is_input_list=True,
            hidden=[io.Hidden.unique_id, io.Hidden.prompt],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls, images: list[Tensor], prompts: Sequence[str] = ""
    ) -> io.NodeOutput:
        pictures = [one.movedim(-1, 0) for batch in images for one in batch]
        found = align(pictures, beat=host.check_interrupted)
        teller = host.Teller(cls)
        for line in (*reversed(found.words), *host.cut_pictures(cls.hidden)):
            teller.add(line)
        if not found.found:
            raise ValueError(
                f"AlignZoom: {'; '.join(found.words)}. Give pictures of one scene of which each "
                "lies wholly in the next wider one."
            )
        # A node that takes lists is given each widget's value in one, too.
        texts = [line.strip() for line in "".join(prompts).splitlines() if line.strip()]
        if texts and len(texts) != len(found.order):
            raise ValueError(
                f"AlignZoom got {len(texts)} prompts, but {len(found.order)} pictures are levels; "
                "write one line a level, the widest first, or none."
            )
        names = [f"picture {number}" for number in range(len(pictures))]
        return io.NodeOutput(
            to_image(found.pictures),
            found.ladder(texts),
            found.text(texts),
            report(found, names),
            ui=teller.ui,
        )
