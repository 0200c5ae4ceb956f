"""The smooth step: from 0 to 1 with no corner at either end."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

Number = TypeVar("Number", float, np.ndarray, "Tensor")


def smoothstep(t: Number) -> Number:
    """3 t^2 - 2 t^3 of ``t`` in [0, 1], whose slope is 0 at both ends."""
    return t * t * (3 - 2 * t)


def rise(t: np.ndarray) -> np.ndarray:
    """``smoothstep`` of any ``t``: 0 before 0, and 1 after 1."""
    return smoothstep(np.clip(t, 0, 1))
