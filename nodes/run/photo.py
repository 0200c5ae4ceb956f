"""A photograph on its way from its node to the levels of a run."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor
from torch.nn import functional

from ...zoomstack.joint.anchor import PhotoAnchor, Solver
from .. import host


class Photo(NamedTuple):
    """A photo, (1, 3, H, W) of any size in [0, 1], and how it is to act: as a ``PhotoAnchor``."""

    picture: Tensor
    level: int = 0
    strength: float = 1.0
    solver: Solver = "exact"
    steps: int = 5
    learning_rate: float = 0.1
    start: float = 0.0
    end: float = 1.0

    def fitted_to(self, height: int, width: int) -> Tensor:
        """(1, 3, height, width): the photo's middle in that aspect, resized without aliasing."""
        rows, columns = self.picture.shape[-2:]
        scale = min(rows / height, columns / width)
        cut_rows, cut_columns = round(height * scale), round(width * scale)
        top, left = (rows - cut_rows) // 2, (columns - cut_columns) // 2
        if (cut_rows, cut_columns) != (rows, columns):
            host.log.info(
                "PhotoAnchor: the photo of %d x %d is cropped to its middle %d x %d.",
                columns, rows, cut_columns, cut_rows,
            )  # fmt: skip
        middle = self.picture[..., top : top + cut_rows, left : left + cut_columns]
        resized = functional.interpolate(middle, (height, width), mode="bicubic", antialias=True)
        return resized.clamp(0, 1)

    def anchor(self, picture: Tensor) -> PhotoAnchor:
        """The library's anchor, for the photo as (C, H, W) in the space where levels meet."""
        how = self._asdict()
        del how["picture"]
        return PhotoAnchor(picture, **how)
