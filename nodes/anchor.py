"""PhotoAnchor: a photograph that a level of the zoom must show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from comfy_api.latest import io
from torch import Tensor

from . import host
from .inputs import shown_with
from .run.photo import Photo
from .tensors import SMALLEST
from .types import CATEGORY, SEARCH, ZoomAnchorType


class PhotoAnchor(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PhotoAnchor",
            display_name="Photo Anchor",
            category=CATEGORY,
            description="A photograph that one level of the zoom must show; the others follow it.",
            search_aliases=[*SEARCH, "zoom from photo"],
            inputs=[
                io.Image.Input(
                    "image",
                    tooltip="The photo. Any size of 16 pixels or more a side; of another aspect "
                    "than the zoom's, a part of it is used, around crop_x and crop_y. Of several "
                    "each is for a level, from the given one on.",
                ),
                io.Int.Input(
                    "level", optional=True, default=0, min=0, max=255,
                    tooltip="Which level shows the photo; 0 is the widest.",
                ),
                io.Float.Input(
                    "strength", optional=True, default=1.0, min=0.0, max=1.0, step=0.01,
                    tooltip="How far each step moves towards the photo: 0 not at all, 1 all the "
                    "way.",
                ),
                io.Combo.Input(
                    "solver", optional=True, options=["exact", "adam"], default="exact",
                    advanced=True,
                    tooltip="exact solves for the photo in one go; adam takes the paper's gradient "
                    "steps.",
                ),
                io.Int.Input(
                    "steps", optional=True, default=5, min=1, max=1000, advanced=True,
                    extra_dict=shown_with("solver"),
                    tooltip="Gradient steps of adam per sampling step; the paper takes 5.",
                ),
                io.Float.Input(
                    "learning_rate", optional=True,
                    default=0.1, min=0.0001, max=10.0, step=0.01, advanced=True,
                    extra_dict=shown_with("solver"),
                    tooltip="Learning rate of adam; the paper takes 0.1.",
                ),
                io.Float.Input(
                    "start", optional=True, default=0.0, min=0.0, max=1.0, step=0.01, advanced=True,
                    tooltip="Where the anchor begins to act, as a fraction of the steps.",
                ),
                io.Float.Input(
                    "end", optional=True, default=1.0, min=0.0, max=1.0, step=0.01, advanced=True,
                    tooltip="Where it stops, as a fraction of the steps. Less lets the last steps "
                    "redraw the photo in the prompt's terms, with crisper detail.",
                ),
                ZoomAnchorType.Input(
                    "anchor", optional=True,
                    tooltip="Another anchor to chain with: several levels may have photos.",
                ),
                io.Float.Input(
                    "crop_x", optional=True, default=0.5, min=0.0, max=1.0, step=0.01,
                    advanced=True,
                    tooltip="From left to right: around which point a photo of another aspect is "
                    "cropped to the zoom's.",
                ),
                io.Float.Input(
                    "crop_y", optional=True, default=0.5, min=0.0, max=1.0, step=0.01,
                    advanced=True,
                    tooltip="From top to bottom: around which point a photo of another aspect is "
                    "cropped to the zoom's.",
                ),
            ],
            outputs=[
                ZoomAnchorType.Output(
                    display_name="anchor",
                    tooltip="For the sampler and Laplacian Blend: this photo and those before.",
                )
            ],
            hidden=[io.Hidden.unique_id, io.Hidden.prompt],
        )  # fmt: skip

    @classmethod
    def execute(  # type: ignore[override]
        cls,
        image: Tensor,
        anchor: tuple[Photo, ...] | None = None,
        **how: Any,
    ) -> io.NodeOutput:
        if not len(image):
            raise ValueError("PhotoAnchor got 0 images; connect at least one.")
        first = Photo(photo_of(image[:1]), **how)
        if first.start > first.end:
            raise ValueError(
                f"PhotoAnchor starts at {first.start:g} and ends at {first.end:g}; swap them."
            )
        others = (
            first._replace(picture=photo_of(image[number : number + 1]), level=first.level + number)
            for number in range(1, len(image))
        )
        photos = (first, *others)
        teller = host.Teller(cls)
        for line in (*host.cut_pictures(cls.hidden), *_in_the_way(photos, anchor or ())):
            teller.add(line)
        return io.NodeOutput((*(anchor or ()), *photos), ui=teller.ui)


def _in_the_way(photos: tuple[Photo, ...], others: tuple[Photo, ...]) -> Iterator[str]:
    """A line where another photo is for the same level at the same time: the last one wins."""
    for photo in photos:
        if any(
            other.level == photo.level and other.start < photo.end and photo.start < other.end
            for other in others
        ):
            yield (
                f"level {photo.level} has a photo already: this one takes its place; give each a "
                "level of its own"
            )


def photo_of(image: Tensor) -> Tensor:
    """(1, 3, H, W) of an IMAGE of one picture, its alpha laid over white."""
    _, rows, columns, channels = image.shape
    if min(rows, columns) < SMALLEST:
        raise ValueError(
            f"The photo has {columns} x {rows} pixels; it needs at least {SMALLEST} a side."
        )
    picture = image.movedim(-1, 1).float()
    if channels == 4:
        picture = picture[:, :3] * picture[:, 3:] + (1 - picture[:, 3:])
    if channels < 3:
        picture = picture[:, :1].expand(-1, 3, -1, -1)
    if not picture.isfinite().all():
        raise ValueError("The photo holds NaN or infinite values; load or make it again.")
    return picture[:, :3]
