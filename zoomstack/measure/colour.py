"""Mean colours, in coordinates whose distances are what eyes see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from ..linear.precision import working


def mean_colours(views: Tensor) -> list[list[float]]:
    """The mean CIE L*, a*, b* of each of the views (N, 3, H, W): sRGB in [0, 1], white D65.

    L* goes from 0 to 100, and a distance of 2 is just visible. kornia's constants have six digits:
    no colour is more than 0.02 from the exact one.
    """
    # Its import takes 0.8 s, four times the whole pack's: not before it is needed.
    from kornia.color import rgb_to_lab

    return rgb_to_lab(working(views)).mean((-2, -1)).tolist()


def drift(
    colours: Sequence[Sequence[float]], reference: Sequence[Sequence[float]] | None = None
) -> list[float]:
    """How mean L*, a* and b* move per level deeper: the slope of the best straight line, a vector.

    ``colours`` are those of ``mean_colours``; with a ``reference``, how they move away from it.
    """
    moved = np.asarray(colours, float) - (0.0 if reference is None else np.asarray(reference))
    if len(moved) < 2:
        return [0.0, 0.0, 0.0]
    return [float(slope) for slope in np.polyfit(range(len(moved)), moved, 1)[0]]
