"""A photograph on its way from its node to the levels of a run."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor
from torch.nn import functional

from ...zoomstack.joint.anchor import PhotoAnchor, Solver
from ...zoomstack.linear.sizes import aspect_window

NEARLY = 0.97  # of a side: all of it


class Photo(NamedTuple):
    """A photo, (1, 3, H, W) of any size in [0, 1], and how it is to act: as a ``PhotoAnchor``.

    Where levels have another aspect they show the largest part of it that has theirs, around
    (``crop_x``, ``crop_y``), from 0 to 1 across and down.
    """

    picture: Tensor
    level: int = 0
    strength: float = 1.0
    solver: Solver = "exact"
    steps: int = 5
    learning_rate: float = 0.1
    start: float = 0.0
    end: float = 1.0
    crop_x: float = 0.5
    crop_y: float = 0.5

    def fitted_to(self, height: int, width: int) -> Tensor:
        """(1, 3, height, width): the photo's part in that aspect, resized without aliasing."""
        part = self.picture[(..., *self._window(height, width))]
        resized = functional.interpolate(part, (height, width), mode="bicubic", antialias=True)
        return resized.clamp(0, 1)

    def cropped(self, height: int, width: int) -> str:
        """A line where levels of that size show but a part of the photo; else nothing."""
        rows, columns = self.picture.shape[-2:]
        down, across = self._window(height, width)
        part = (across.stop - across.start, down.stop - down.start)
        # A pixel or two are the rounding of a VAE's blocks.
        if min(part[0] / columns, part[1] / rows) > NEARLY:
            return ""
        return (
            f"level {self.level} shows {part[0]} x {part[1]} of its photo's {columns} x {rows} "
            f"pixels, from ({across.start}, {down.start}): crop_x and crop_y of PhotoAnchor say "
            "which, levels of the photo's aspect show it all"
        )

    def _window(self, height: int, width: int) -> tuple[slice, slice]:
        rows, columns = self.picture.shape[-2:]
        return aspect_window((rows, columns), (height, width), (self.crop_x, self.crop_y))

    def anchor(self, picture: Tensor) -> PhotoAnchor:
        """The library's anchor, for the photo as (C, H, W) in the space where levels meet."""
        how = self._asdict()
        for own in ("picture", "crop_x", "crop_y"):
            del how[own]
        return PhotoAnchor(picture, **how)
