"""Levels that stay as they are while others are sampled."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ...zoomstack.scene.geometry import Geometry
from ...zoomstack.scene.sheet import sheet
from ..conditioning.rows import Rows


class Held(NamedTuple):
    """The ``rows`` of a ladder are sampled, and its other levels are these pictures.

    ``pictures`` is (N, 3, H, W) in [0, 1], all levels at the size that the model paints; of the
    rows it holds what is known of them. ``wider`` is ``hold``'s.
    """

    rows: Rows
    pictures: Tensor
    wider: float = 1.0

    @property
    def levels(self) -> tuple[int, ...]:
        """Those that are held."""
        return tuple(level for level in range(self.rows.of) if level not in self.rows.levels)

    def beside(self, geometry: Geometry) -> tuple[int, ...]:
        """The held levels that a row meets; in between them no other is asked for."""
        new = {*self.rows.levels}
        met = {level for pair in geometry.neighbours if {*pair} & new for level in pair}
        return tuple(sorted(met - new))

    def all(self, rows: Tensor, pictures: Tensor) -> Tensor:
        """All levels (N, C, H, W): the rows (F, C, H, W) among ``pictures`` of the held ones."""
        levels = pictures.to(rows).clone()
        levels[list(self.rows.levels)] = rows
        return levels

    def of(self, levels: Tensor) -> Tensor:
        """The rows of all levels."""
        return levels[list(self.rows.levels)]

    def sheet(self, rows: Tensor, behind: Tensor, unit: int) -> Tensor:
        """The sheet of all levels, (1, C, h, w): the rows on one ``behind`` them of the others."""
        blank = rows.new_zeros(self.rows.of, *rows.shape[1:])
        new = sheet(self.all(torch.ones_like(rows), blank), unit)
        return torch.where(new > 0, sheet(self.all(rows, blank), unit), behind)
