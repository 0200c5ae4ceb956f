"""The styles of a scene: one change of colour for all its pictures."""

from __future__ import annotations

import numpy as np

from .region import rgb

GREY = rgb(0.3, 0.59, 0.11)


def styled(picture: np.ndarray, style: str) -> np.ndarray:
    """``picture`` (..., 3) in [0, 1] in a scene's style; no style leaves it as it is."""
    if not style:
        return picture
    grey = (picture @ GREY)[..., None]
    if style == "vivid":
        return np.clip((grey + 1.5 * (picture - grey) - 0.45) * 1.15 + 0.45, 0, 1)
    if style == "pastel":
        return 0.68 * (grey + 0.65 * (picture - grey)) + 0.32
    warm = np.clip(grey * rgb(1.08, 0.93, 0.72) + rgb(0.03, 0.01, 0), 0, 1)
    return 0.85 * warm + 0.15 * picture
