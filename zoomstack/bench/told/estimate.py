"""Means over seeds and how sure they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Estimate(NamedTuple):
    """A mean over seeds and its standard error; NaN where there are no, or too few, numbers."""

    mean: float
    error: float

    def written(self, digits: int) -> str:
        if math.isnan(self.mean):
            return ""
        if math.isinf(self.mean):
            return "exact"  # levels that agree to the last bit, by construction
        error = "" if math.isnan(self.error) else f" ± {self.error:.{digits}f}"
        return f"{self.mean:.{digits}f}{error}"


def estimate(values: Sequence[float]) -> Estimate:
    """The mean of numbers, one a seed; NaN among them are left out."""
    known = np.array([value for value in values if not math.isnan(value)])
    if not len(known):
        return Estimate(math.nan, math.nan)
    if np.isinf(known).any():
        return Estimate(float(known.mean()), math.nan)
    error = known.std(ddof=1) / len(known) ** 0.5 if len(known) > 1 else math.nan
    return Estimate(float(known.mean()), float(error))


def ratio_estimate(logarithms: Sequence[float]) -> Estimate:
    """The geometric mean of ratios, of their logarithms."""
    mean, error = estimate(logarithms)
    return Estimate(math.exp(mean), math.exp(mean) * error)


def length_estimate(vectors: Sequence[Sequence[float]]) -> Estimate:
    """The length of a mean vector: what the seeds have in common, not how far each strays.

    The square of the length of a mean of noise is not zero but its variance, which is taken off.
    """
    known = np.array(vectors, float)
    if known.ndim != 2 or len(known) < 2:
        return Estimate(float(np.linalg.norm(known)) if known.size else math.nan, math.nan)
    mean, error = known.mean(0), known.std(0, ddof=1) / len(known) ** 0.5
    length = float(mean @ mean) ** 0.5
    along = known @ (mean / max(length, 1e-12))
    square = max(length**2 - float(error @ error), 0.0)
    return Estimate(square**0.5, float(along.std(ddof=1) / len(known) ** 0.5))
