"""An autoencoder as spaces and couplings see it: pictures to latents, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

from .space import Encode

Decode = Callable[[Tensor], Tensor]
"""``decode(latents (B, C, h, w)) -> pictures (B, 3, h * ratio, w * ratio) in [0, 1]``."""


class Codec(NamedTuple):
    """Both halves of an autoencoder; ``ratio`` is pixels along a latent's side.

    Both take any number of pictures, and know best how many they take at once.
    """

    encode: Encode
    decode: Decode
    ratio: int

    def round_trip(self, pictures: Tensor) -> Tensor:
        """Pictures as the autoencoder shows them: D(E(x))."""
        return self.decode(self.encode(pictures)).to(pictures)
