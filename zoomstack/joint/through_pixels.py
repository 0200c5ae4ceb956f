"""Coupling latents in pixels, through their autoencoder, without losing what it cannot keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from ..spaces.space import Encode
from .coupler import Couple
from .schedule import Schedule

Decode = Callable[[Tensor], Tensor]
EncodeChange = Callable[[Tensor, Tensor], Tensor]


class ThroughPixels:
    """``couple(latents, sigma) -> latents`` by a ``couple`` that works on pictures.

    Only the *change* is encoded: x + C(D(x), P(D(x))), with P the coupling and ``encode_change`` C,
    ``difference(encode)`` or a linear stand-in. Where nothing changes nothing is lost in the round
    trip, which would blur a little more at every step.
    """

    def __init__(self, couple: Couple, decode: Decode, encode_change: EncodeChange) -> None:
        self._couple, self._decode, self._encode_change = couple, decode, encode_change

    def __call__(self, latents: Tensor, sigma: float | Tensor) -> Tensor:
        pictures = self._decode(latents)
        coupled = self._couple(pictures, sigma)
        if coupled is pictures:
            return latents
        return latents + self._encode_change(pictures, coupled).to(latents)


def difference(encode: Encode) -> EncodeChange:
    """The change of latents between pictures (before, after), by encoding both."""
    return lambda before, after: encode(after) - encode(before)


class Finish:
    """``couple(views, sigma)`` by ``before``, and in the last ``steps`` of ``sigmas`` by ``last``.

    What is dear is left to the steps that settle details. ``steps`` of 0 are all of them.
    """

    def __init__(
        self, before: Couple, last: Couple, sigmas: Sequence[float] | Tensor, steps: int
    ) -> None:
        self._before, self._last = before, last
        self._schedule = Schedule(sigmas)
        self._first = self._schedule.steps - steps if steps else 0

    def __call__(self, views: Tensor, sigma: float | Tensor) -> Tensor:
        late = self._schedule.done(sigma) >= self._first
        return (self._last if late else self._before)(views, sigma)
