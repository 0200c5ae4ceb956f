"""How far a sampling is, and whether something acts at that point of it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class Schedule:
    """How far the sampling is, 0 to 1, at a noise level of a falling schedule of sigmas."""

    def __init__(self, sigmas: Sequence[float] | Tensor) -> None:
        self.sigmas = torch.as_tensor(sigmas, dtype=torch.float64, device="cpu").flatten()
        self.steps = max(len(self.sigmas) - 1, 1)

    def done(self, sigma: float | Tensor) -> int:
        """The number of steps that are done where the next begins at ``sigma``, of all levels."""
        now = float(torch.as_tensor(sigma).flatten()[0])
        # A sampler may ask between two sigmas, or a little below the first: count those passed.
        passed = int((self.sigmas > now * (1 + 1e-3) + 1e-9).sum())
        return min(passed, self.steps)

    def progress(self, sigma: float | Tensor) -> float:
        """The fraction of the steps that are done: 0 at the first sigma, 1 at the last."""
        return self.done(sigma) / self.steps


def within(progress: float, start: float, end: float) -> bool:
    """Whether a step at ``progress`` belongs to the range; one that ends at 1 has the last too."""
    return start <= progress and (progress < end or end >= 1)
