"""One job: a row and a seed, and all that follows from the two before anything is sampled."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, NamedTuple

from ...scene.geometry import Geometry
from ..model.ladders import BenchLadder
from ..model.settings import RATIO, Settings
from .methods import AnyRow
from .places import noise_space, resolved
from .rows import Row


class Job(NamedTuple):
    """One row from one seed."""

    row: AnyRow
    seed: int
    settings: Settings

    @property
    def ladder(self) -> BenchLadder:
        return BenchLadder(self.row.ladder, self.settings.levels, self.seed)

    @property
    def geometry(self) -> Geometry:
        """Of the latents."""
        side = self.settings.size // RATIO
        return self.ladder.geometry(side, side)

    def described(self) -> list[Any]:
        """All that decides the numbers of this job, but the code and the model.

        Rows that sample the same are described the same.
        """
        row = self.row.described()
        if isinstance(self.row, Row):
            row |= {name: resolved(row[name], self.geometry) for name in ("space", "between")}
            row["noise_space"] = noise_space(self.row, self.geometry)
        return [row, self.seed, asdict(self.settings)]
