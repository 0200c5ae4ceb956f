"""A linear decoder and encoder in an autoencoder's stead: a few cheap pixels for each latent."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor
from torch.nn import functional

from ...linear.precision import moved


class LinearTwin(NamedTuple):
    """A linear decoder and encoder for latents with C channels; see ``fit.fit_twin``.

    ``explained`` is the share of the variance that they explain on pictures that the fit has not
    seen, (of the pixels, of the latents): 1 is perfect.
    """

    decode: Tensor  # (3 detail^2, C, 3, 3)
    decode_offset: Tensor  # (3 detail^2,)
    encode: Tensor  # (C, 3, detail + 2 ring, detail + 2 ring)
    encode_offset: Tensor  # (C,)
    unused: Tensor | None  # (C, C), the projector on latents that no picture has; None: there are
    explained: tuple[float, float]
    ratio: int  # pixels of a picture along a latent's side

    @property
    def detail(self) -> int:
        """Pixels along a latent's side."""
        return round((len(self.decode) / 3) ** 0.5)

    @property
    def ring(self) -> int:
        """Pixels around a latent's own that its encoder sees."""
        return (self.encode.shape[-1] - self.detail) // 2

    def to(self, like: Tensor) -> LinearTwin:
        return moved(self, like)

    def pixels(self, latents: Tensor, affine: bool = True) -> Tensor:
        """(..., C, h, w) decoded: (..., 3, h detail, w detail). L; linear if not ``affine``."""
        around = functional.pad(latents, (1, 1, 1, 1), mode="replicate")
        blocks = functional.conv2d(around, self.decode, self.decode_offset if affine else None)
        return functional.pixel_shuffle(blocks, self.detail)

    def latents(self, pixels: Tensor, affine: bool = True) -> Tensor:
        """Pixels encoded, of which an outermost ring belongs to no latent. R."""
        offset = self.encode_offset if affine else None
        return functional.conv2d(pixels, self.encode, offset, stride=self.detail)

    def encoded(self, pixels: Tensor, affine: bool = True) -> Tensor:
        """As ``latents``, of pixels without a ring: their edge goes on."""
        around = functional.pad(pixels, (self.ring,) * 4, mode="replicate")
        return self.latents(around, affine)

    def encoded_change(self, before: Tensor, after: Tensor) -> Tensor:
        """The change of latents between pictures (..., 3, H, W) of the autoencoder's own size.

        For ``joint.through_pixels``: a change is small, so what is linear of the encoder tells
        nearly all of it, at no cost. Measured on the demo's autoencoder, after its last step at
        p = 2, three seeds: levels that agreed by 27.1 dB do so by 30.9 dB, and by 31.6 dB with both
        pictures encoded, which takes 2.7 times as long.
        """
        change = functional.avg_pool2d(after - before, self.ratio // self.detail)
        return self.to(change).encoded(change, affine=False)

    def pixels_transposed(self, pixels: Tensor) -> Tensor:
        """The transpose of the linear ``pixels``."""
        blocks = functional.pixel_unshuffle(pixels, self.detail)
        around = functional.conv_transpose2d(blocks, self.decode)
        for _ in ("rows", "columns"):  # of the padding: what it repeated is added up
            inside = around[..., 1:-1, :].clone()
            inside[..., 0, :] += around[..., 0, :]
            inside[..., -1, :] += around[..., -1, :]
            around = inside.transpose(-1, -2)
        return around

    def latents_transposed(self, latents: Tensor) -> Tensor:
        """The transpose of the linear ``latents``."""
        return functional.conv_transpose2d(latents, self.encode, stride=self.detail)
