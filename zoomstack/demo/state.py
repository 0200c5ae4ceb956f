"""State dicts of numpy arrays: the few shapes that the generated parts are made of."""

from __future__ import annotations

import numpy as np

State = dict[str, np.ndarray]
HALF = np.float16


def zeros(*shape: int) -> np.ndarray:
    """A half-precision array of zeros."""
    return np.zeros(shape, HALF)


def linear(name: str, rows: int, columns: int) -> State:
    """A linear layer that gives zero."""
    return {f"{name}.weight": zeros(rows, columns), f"{name}.bias": zeros(rows)}
