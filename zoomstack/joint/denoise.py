"""The contract that everything wraps, ``denoise(x, sigma) -> x0``, and how noise is mixed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

Denoise = Callable[[Tensor, Tensor], Tensor]
"""``denoise(x, sigma) -> x0``: clean pictures (N, C, H, W) of noisy ones; sigma is (N,)."""


class Mix(NamedTuple):
    """A noise level: x = ``signal`` * clean + ``noise`` * unit noise."""

    signal: float
    noise: float

    @staticmethod
    def exploding(sigma: float) -> Mix:
        """x = x0 + sigma noise: variance exploding."""
        return Mix(1.0, sigma)

    @staticmethod
    def straight(sigma: float) -> Mix:
        """x = (1 - sigma) x0 + sigma noise: the straight path of flows."""
        return Mix(1 - sigma, sigma)
