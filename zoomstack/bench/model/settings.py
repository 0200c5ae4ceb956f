"""How large the benchmark's samples are: what all rows share."""

from __future__ import annotations

from dataclasses import dataclass

RATIO = 8  # pixels a side of one latent


@dataclass(frozen=True)
class Settings:
    """What every job of a run has in common."""

    size: int = 256  # pixels a side
    levels: int = 5
    steps: int = 16
    cfg: float = 3.5
    shift: float = 3.0  # of the schedule, as SD3's


FULL = Settings()
QUICK = Settings(size=128, levels=4, steps=8)
FULL_SEEDS, QUICK_SEEDS = 16, 2
