"""An autoencoder as spaces and couplings see it: pictures to latents, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

from .space import Encode, Window

EncodeChange = Callable[[Tensor, Tensor], Tensor]
"""``encode_change(before, after)``: the change of latents between pictures (B, 3, H, W)."""

Decode = Callable[[Tensor], Tensor]
"""``decode(latents (B, C, h, w)) -> pictures (B, 3, h * ratio, w * ratio) in [0, 1]``."""


def difference(encode: Encode) -> EncodeChange:
    """The change of latents between pictures (before, after), by encoding both."""
    return lambda before, after: encode(after) - encode(before)


class Codec(NamedTuple):
    """Both halves of an autoencoder; ``ratio`` is pixels along a latent's side.

    Both take any number of pictures, and know best how many they take at once. ``reach`` is how
    many latents around a place its pixels and latents depend on, as far as anybody can see; None
    where all of a picture counts, as where an autoencoder pools over it. ``quick_change`` tells a
    change of latents at less than two encodings, where that is as good.
    """

    encode: Encode
    decode: Decode
    ratio: int
    reach: int | None = None
    quick_change: EncodeChange | None = None

    @property
    def encode_change(self) -> EncodeChange:
        """The quick way, or by encoding both pictures."""
        return self.quick_change or difference(self.encode)

    def shown(self, picture: Tensor, window: Window) -> Tensor:
        """A window of a picture (3, H, W) as the autoencoder shows it: D(E(x)), cut out."""
        sides = picture.shape[-2:]
        box = tuple(self._around(part, side) for part, side in zip(window, sides, strict=True))
        seen = self.decode(self.encode(picture[(None, ..., *box)]))[0].to(picture)
        inside = (
            slice(part.start - around.start, part.stop - around.start)
            for part, around in zip(window, box, strict=True)
        )
        return seen[(..., *inside)]

    def _around(self, part: slice, side: int) -> slice:
        """``part`` of an axis with what it depends on, from one latent's edge to another's."""
        if self.reach is None:
            return slice(0, side)
        first, stop = part.start // self.ratio, -(-part.stop // self.ratio)
        return slice(
            max(0, first - self.reach) * self.ratio, min(side, (stop + self.reach) * self.ratio)
        )
