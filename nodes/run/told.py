"""What the page says of a run while its levels form."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

from torch import Tensor

from ...zoomstack.joint.blend import decibels
from ...zoomstack.joint.later import Later
from ...zoomstack.spaces.space import Space

# A picture's values span about four of their standard deviations: latents then read as pictures do.
SPAN = 4.0
EVERY = 0.2  # seconds from one line to the next: nobody reads quicker


class Progress:
    """Shows how far a run is and how well neighbours agree; never waits for the device.

    A line that is due is made of the step's own predictions, and shown as soon as the device has
    come so far: with the next step, or at the end.
    """

    def __init__(self, show: Callable[[str], None], space: Space) -> None:
        self._show, self._space = show, space
        self._due = -math.inf
        self._waiting: tuple[int, int, Later] | None = None

    def tell(self, step: int, total: int, views: Tensor) -> None:
        """After ``step`` of ``total``, of the levels as they were predicted."""
        self._show_ready()
        now = time.monotonic()
        if self._waiting is None and now >= self._due or step >= total:
            self._due = now + EVERY
            found = decibels(views, self._space, peak=SPAN * views.std())
            self._waiting = (step, total, Later(found))
            self._show_ready()

    def finish(self) -> None:
        """Show what has not been shown yet."""
        if self._waiting is not None:
            step, total, found = self._waiting
            self._waiting = None
            self._show(progress_line(step, total, found.numbers()))

    def _show_ready(self) -> None:
        if self._waiting is not None and self._waiting[2].ready:
            self.finish()


def progress_line(step: int, total: int, agreement: Sequence[float]) -> str:
    """The step, and how well each level's own prediction agrees with the next one's, in dB."""
    line = f"step {step} of {total}"
    pairs = [(found, level) for level, found in enumerate(agreement) if math.isfinite(found)]
    if not pairs:
        return line
    mean = sum(found for found, _ in pairs) / len(pairs)
    least, level = min(pairs)
    return f"{line}: levels agree by {mean:.1f} dB, least {level} and {level + 1} by {least:.1f} dB"
