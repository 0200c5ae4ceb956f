"""What one line of a ladder asks for its own level alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

SEEDS = 2**64
HEAVIEST = 1e9


class Settings(NamedTuple):
    """A level's own settings, as the brackets of its line give them; each has a plain default.

    ``cfg`` is its guidance (None: the sampler's); ``seed`` that of its own noise, outside of what
    it shares with deeper levels (None: the sampler's); ``weight``, above 0, how much it counts
    where levels are blended; ``steps`` the share of the sampling, from 0 to 1, in which its prompt
    applies, outside of which what is around every prompt stands alone.
    """

    cfg: float | None = None
    seed: int | None = None
    weight: float = 1.0
    steps: tuple[float, float] = (0.0, 1.0)


PLAIN = Settings()


def settings_of(settings: Sequence[Settings], levels: int) -> tuple[Settings, ...]:
    """Those of as many ``levels``: plain ones where there are none.

    Raises ``ValueError`` for another number of them, and for one that nothing can be sampled by.
    """
    if len(settings) not in (0, levels):
        raise ValueError(
            f"There are settings for {len(settings)} levels of a ladder of {levels}; give one a "
            "level, or none."
        )
    for level, own in enumerate(settings):
        _check(level, own)
    return tuple(settings) or (PLAIN,) * levels


def weights_of(settings: Sequence[Settings]) -> tuple[float, ...]:
    """How much each level counts where levels are blended; none where all count alike."""
    weights = tuple(float(own.weight) for own in settings)
    return () if all(weight == 1 for weight in weights) else weights


def steps_of(settings: Sequence[Settings]) -> tuple[tuple[float, float], ...]:
    """When each level's prompt applies; none where all do in all steps."""
    steps = tuple(own.steps for own in settings)
    return () if all(each == PLAIN.steps for each in steps) else steps


def check_weight(level: int, weight: float) -> None:
    """Raise ``ValueError`` unless a level can count as much."""
    if not 0 < weight <= HEAVIEST:
        raise ValueError(
            f"Level {level} has a weight of {weight:g}; it must be a number over 0, up to "
            f"{HEAVIEST:g}, and is 1 where nothing is said."
        )


def _check(level: int, own: Settings) -> None:
    check_weight(level, own.weight)
    start, end = own.steps
    if own.cfg is not None and not (math.isfinite(own.cfg) and own.cfg >= 0):
        raise ValueError(f"Level {level} has a cfg of {own.cfg:g}; it must be a number, 0 or more.")
    if own.seed is not None and not 0 <= own.seed < SEEDS:
        raise ValueError(
            f"Level {level} has the seed {own.seed}; it must be from 0 to {SEEDS - 1}."
        )
    if not 0 <= start < end <= 1:
        raise ValueError(
            f"Level {level}'s prompt is to apply from {start:g} to {end:g} of the steps; write two "
            "numbers from 0 to 1, the smaller first."
        )
