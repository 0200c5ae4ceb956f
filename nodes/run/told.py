"""What the page says of a run while its levels form, and when they have formed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from ...zoomstack.joint.blend import decibels
from ...zoomstack.joint.later import Later
from ...zoomstack.measure.detail import decibels as likeness
from ...zoomstack.spaces.space import Space
from .photo import Photo

# A picture's values span about four of their standard deviations: latents then read as pictures do.
SPAN = 4.0
EVERY = 0.2  # seconds from one line to the next: nobody reads quicker


class Seen(NamedTuple):
    """Levels (N, C, H, W), the space that they are compared in, and what their values span.

    Only the ``new`` ones tell; neighbours that are both held say nothing of a run.
    """

    views: Tensor
    space: Space
    peak: float | None = None  # None: of latents, by their own spread
    new: tuple[int, ...] | None = None  # None: all

    @property
    def agreement(self) -> Tensor:
        """(N - 1,), in dB; of a ring (N,). NaN where nothing tells."""
        new = range(len(self.views)) if self.new is None else self.new
        peak = SPAN * self.views[[*new]].std() if self.peak is None else self.peak
        found = decibels(self.views, self.space, peak)
        pairs = zip(self.space.geometry.neighbours, found, strict=True)
        told = [one if {*pair} & {*new} else torch.full_like(one, math.nan) for pair, one in pairs]
        return torch.stack(told) if told else found


class Progress:
    """Shows how far a run is and how well neighbours agree; never waits for the device.

    A line that is due is made of the step's own predictions, and shown as soon as the device has
    come so far: with the next step, or at the end.
    """

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._due = -math.inf
        self._waiting: tuple[int, int, Later, int] | None = None

    def tell(self, step: int, total: int, seen: Callable[[], Seen]) -> None:
        """After ``step`` of ``total``; ``seen`` are the levels as they were predicted."""
        self._show_ready()
        now = time.monotonic()
        if self._waiting is None and now >= self._due or step >= total:
            self._due = now + EVERY
            found = seen()
            self._waiting = (step, total, Later(found.agreement), len(found.views))
            self._show_ready()

    def finish(self) -> None:
        """Show what has not been shown yet."""
        if self._waiting is not None:
            step, total, found, levels = self._waiting
            self._waiting = None
            self._show(progress_line(step, total, found.numbers(), levels))

    def _show_ready(self) -> None:
        if self._waiting is not None and self._waiting[2].ready:
            self.finish()


def progress_line(step: int, total: int, agreement: Sequence[float], levels: int) -> str:
    """The step, and how well each level's own prediction agrees with the next one's, in dB."""
    line = f"step {step} of {total}"
    agreed = _agreed(agreement, levels)
    return f"{line}: {agreed}" if agreed else line


def end_line(
    pictures: Tensor,
    space: Space,
    anchors: Sequence[Photo] = (),
    new: tuple[int, ...] | None = None,
) -> str:
    """How well decoded levels (N, 3, H, W) agree in the end, and how well they kept their photos.

    A photo counts in all of its level: what deeper levels show in its place is theirs too.
    ``new`` is ``Seen``'s.
    """
    agreed = _agreed(Seen(pictures, space, 1.0, new).agreement.tolist(), len(pictures))
    words = [f"{agreed} in pixels"] if agreed else []
    height, width = pictures.shape[-2:]
    for photo in anchors:
        truth = photo.fitted_to(height, width)[0].to(pictures)
        kept = likeness(pictures[photo.level], truth)
        words.append(f"level {photo.level} keeps its photo by {kept:.1f} dB")
    return "; ".join(words)


def _agreed(agreement: Sequence[float], levels: int) -> str:
    """The mean and the least pair; "" where no pixel tells. After the last level comes level 0."""
    pairs = [(found, level) for level, found in enumerate(agreement) if math.isfinite(found)]
    if not pairs:
        return ""
    mean = sum(found for found, _ in pairs) / len(pairs)
    least, level = min(pairs)
    deeper = (level + 1) % levels
    return f"levels agree by {mean:.1f} dB, least {level} and {deeper} by {least:.1f} dB"
