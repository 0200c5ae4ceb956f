"""Coupling latents in pixels, through their autoencoder, without losing what it cannot keep."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor


class ThroughPixels:
    """``couple(latents, sigma) -> latents`` by a ``couple`` that works on pictures.

    Only the *change* is encoded: x + E(P(D(x))) - E(D(x)), with P the coupling. Where nothing
    changes nothing is lost in the round trip, which would blur a little more at every step.
    """

    def __init__(
        self,
        couple: Callable[[Tensor, Tensor], Tensor],
        encode: Callable[[Tensor], Tensor],
        decode: Callable[[Tensor], Tensor],
    ) -> None:
        self._couple, self._encode, self._decode = couple, encode, decode

    def __call__(self, latents: Tensor, sigma: Tensor) -> Tensor:
        pictures = self._decode(latents)
        coupled = self._couple(pictures, sigma)
        if coupled is pictures:
            return latents
        change = self._encode(coupled) - self._encode(pictures)
        return latents + change.to(latents)
