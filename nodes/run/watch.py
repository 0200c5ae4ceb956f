"""What a run must know of each step, asked of the device without waiting for it."""

from __future__ import annotations

import torch
from torch import Tensor

from ...zoomstack.joint.later import Later


class Watch:
    """A step's noise level, and whether its predictions are finite.

    Both are small copies that are under way while the device works on something else: the noise
    level since before the model was called, the predictions' until the next step's are in. So on a
    GPU a broken one is told a step late, or when ``check`` is called, which waits.
    """

    def __init__(self) -> None:
        self._now: Later | None = None
        self._late: list[tuple[Later, float]] = []  # finite or not, by level; and at which sigma
        self._fresh: list[tuple[Later, float]] = []

    def begin(self, sigma: Tensor) -> None:
        """A prediction is about to be made at ``sigma``, a tensor of one a level, all alike."""
        self._now = Later(sigma.flatten()[:1])
        self._late, self._fresh = self._late + self._fresh, []

    @property
    def now(self) -> float:
        """The noise level of this step; waits until the device has told it."""
        assert self._now is not None, "a step that never began"
        return self._now.numbers()[0]

    def see(self, views: Tensor) -> float:
        """The noise level of this step, whose predictions ``views`` (N, ...) are.

        Raises ``ValueError`` where these, or those of an earlier step, are not finite.
        """
        now = self.now
        self._fresh.append((Later(torch.isfinite(views).flatten(1).all(1)), now))
        known = [each for each in self._fresh if each[0].ready]
        self._fresh = [each for each in self._fresh if each not in known]
        late, self._late = self._late, []
        _check(late + known)
        return now

    def check(self) -> None:
        """Raise ``ValueError`` where any prediction so far was not finite."""
        late, self._late, self._fresh = self._late + self._fresh, [], []
        _check(late)


def _check(predictions: list[tuple[Later, float]]) -> None:
    for finite, sigma in predictions:
        levels = finite.numbers()
        if not all(levels):
            raise ValueError(
                f"The model predicted NaN or infinite values for level {levels.index(False)} (0 is "
                f"the widest) at sigma {sigma:.4g}. Run the model in a wider precision (bf16 or "
                "fp32), or lower cfg."
            )
