"""When a training run does what, on a clock that stops with the run.

Warm up, hold the rate, then let it fall to nothing at the end (Hu et al., 2024, arXiv 2404.06395).
A run that held the rate can be given more time afterwards: it goes on from where its rate began to
fall.
"""

from __future__ import annotations

from typing import NamedTuple

WARM_UP = 60  # steps
COARSE = 3  # at the end one step in so many is of small pictures, which are forgotten otherwise


class Timetable(NamedTuple):
    """How a run's minutes are spent; the last ``fine`` and ``decay`` of them overlap."""

    minutes: float = 240.0
    decay: float = 40.0  # of falling rate
    fine: float = 70.0  # mostly at the full size
    coarse_size: int = 128  # pixels
    fine_size: int = 256
    batch: int = 128  # pictures a step at the coarse size, over all processes
    fine_batch: int = 48

    @classmethod
    def lasting(cls, minutes: float) -> Timetable:
        """The plan for a run of so many minutes."""
        return cls(minutes, min(cls().decay, minutes / 5), min(cls().fine, minutes / 3))

    def falls(self, minute: float) -> bool:
        """Whether the rate is falling at this ``minute``."""
        return minute >= self.minutes - self.decay

    def rate(self, step: int, minute: float) -> float:
        """What share of the full learning rate applies."""
        rest = max(0.0, self.minutes - minute)
        return min(1.0, (step + 1) / WARM_UP, rest / self.decay if self.falls(minute) else 1.0)

    def size(self, minute: float, step: int) -> int:
        """The pictures' size in pixels."""
        fine = minute >= self.minutes - self.fine and step % COARSE > 0
        return self.fine_size if fine else self.coarse_size

    def pictures(self, size: int) -> int:
        """How many a step, over all processes."""
        return self.fine_batch if size == self.fine_size else self.batch
