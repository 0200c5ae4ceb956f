"""What the page says of a run while its levels form."""

from __future__ import annotations

import math

from torch import Tensor

from ...zoomstack.joint.blend import agreement
from ...zoomstack.spaces.space import Space

# A picture's values span about four of their standard deviations: latents then read as pictures do.
SPAN = 4.0


def progress_line(step: int, total: int, views: Tensor, space: Space) -> str:
    """The step, and how well each level's own prediction agrees with the next one's, in dB."""
    line = f"step {step} of {total}"
    found = agreement(views, space, peak=SPAN * views.std())
    pairs = [(decibels, level) for level, decibels in enumerate(found) if math.isfinite(decibels)]
    if not pairs:
        return line
    mean = sum(decibels for decibels, _ in pairs) / len(pairs)
    least, level = min(pairs)
    return f"{line}: levels agree by {mean:.1f} dB, least {level} and {level + 1} by {least:.1f} dB"
