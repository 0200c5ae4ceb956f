"""Entries that are for a part of the schedule: which of them apply where a sampling is."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from .tags import Entry

TIMED = ("timestep_start", "timestep_end")  # the host's, in sigmas


def applies(entry: Entry, sigma: float) -> bool:
    """Whether an entry's part of the schedule has ``sigma`` in it, as the host judges."""
    start, end = (
        # In the precision of a sampler's sigmas, in which the host compares.
        float(torch.tensor(float(entry.get(name, other)), dtype=torch.float32))
        for name, other in zip(TIMED, (math.inf, -math.inf), strict=True)
    )
    return end <= sigma <= start


class Timed:
    """The entries of one run that apply, as such that nobody need ask again.

    Each is one and the same object at every step.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Entry, Entry]] = {}

    def now(self, entries: list[Entry], sigma: Callable[[], float]) -> list[Entry]:
        """Those that apply at ``sigma()``, which is asked where one is not for all of it."""
        return [
            self._always(entry) if is_timed(entry) else entry
            for entry in entries
            if not is_timed(entry) or applies(entry, sigma())
        ]

    def _always(self, entry: Entry) -> Entry:
        if id(entry) not in self._known:
            # Kept with what is made of it: a freed one's id could come again.
            always = {key: value for key, value in entry.items() if key not in TIMED}
            self._known[id(entry)] = entry, always
        return self._known[id(entry)][1]


def is_timed(entry: Entry) -> bool:
    """Whether an entry is for a part of the schedule alone."""
    return any(key in entry for key in TIMED)
