"""What the page says of a run while its levels form, and when they have formed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

from ...zoomstack.joint.blend import agreement
from ...zoomstack.measure.detail import decibels
from ...zoomstack.spaces.space import Space
from .photo import Photo

# A picture's values span about four of their standard deviations: latents then read as pictures do.
SPAN = 4.0


class Seen(NamedTuple):
    """Levels (N, C, H, W), the space that they are compared in, and what their values span."""

    views: Tensor
    space: Space
    peak: float | None = None  # None: of latents, by their own spread


def progress_line(step: int, total: int, seen: Seen) -> str:
    """The step, and how well each level's own prediction agrees with the next one's, in dB."""
    line = f"step {step} of {total}"
    agreed = agreement_words(seen)
    return f"{line}: {agreed}" if agreed else line


def end_line(pictures: Tensor, space: Space, anchors: Sequence[Photo]) -> str:
    """How well decoded levels (N, 3, H, W) agree in the end, and how well they kept their photos.

    A photo counts in all of its level: what deeper levels show in its place is theirs too.
    """
    words = [agreement_words(Seen(pictures, space, 1.0)) + " in pixels"]
    height, width = pictures.shape[-2:]
    for photo in anchors:
        truth = photo.fitted_to(height, width)[0].to(pictures)
        kept = decibels(pictures[photo.level], truth)
        words.append(f"level {photo.level} keeps its photo by {kept:.1f} dB")
    return "; ".join(words)


def agreement_words(seen: Seen) -> str:
    """How well neighbours agree, the mean and the least pair; "" where no pixel tells."""
    peak = SPAN * seen.views.std() if seen.peak is None else seen.peak
    found = agreement(seen.views, seen.space, peak=peak)
    pairs = [(decibels, level) for level, decibels in enumerate(found) if math.isfinite(decibels)]
    if not pairs:
        return ""
    mean = sum(decibels for decibels, _ in pairs) / len(pairs)
    least, level = min(pairs)
    return f"levels agree by {mean:.1f} dB, least {level} and {level + 1} by {least:.1f} dB"
