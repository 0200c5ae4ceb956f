"""A decoder tuned to one edit, so that what it decodes meets the picture around the mask.

An autoencoder is lossy: what it decodes differs from the picture a little everywhere, and the edge
of a mask shows it. Avrahami et al. (2022), "Blended Latent Diffusion", as equation 1 of Ackermann
and Li (2022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

# lambda, the weight of what lies outside of the mask. Ackermann and Li give no number: it is that
# of Avrahami et al.'s own code (github.com/omriav/blended-latent-diffusion,
# ldm/image_reconstruction.py, ``preservation_ratio``), which takes means for sums, of one ratio.
PRESERVE = 100.0


class Piece(NamedTuple):
    """A segment of an edit: its latent, and the pictures that it should decode to."""

    latent: Tensor  # (1, ...)
    edited: Tensor  # (1, C, H, W): what the untuned decoder made of it
    original: Tensor  # (1, C, H, W)
    mask: Tensor  # (H, W): 1 where the edit is


def tune(
    decode: Callable[[Tensor], Tensor],
    parameters: Sequence[torch.nn.Parameter],
    pieces: Sequence[Piece],
    steps: int = 100,
    learning_rate: float = 1e-4,
    preserve: float = PRESERVE,
) -> Iterator[float]:
    """Change ``parameters`` so that ``decode(latent)`` (1, C, H, W) is the edit inside the mask
    and the original outside of it. Yields the loss before each of ``steps`` steps of Adam.

    Rows and columns that a decoded picture has beyond its piece's do not count.

    The loss is ||m (edited - D(z))||^2 + preserve ||(1 - m) (original - D(z))||^2, summed over all
    pieces, one of which is in memory at a time.
    """
    # ComfyUI runs nodes in inference mode, whose tensors autograd refuses: hence the clones. And
    # no yield stands inside of a mode, which would then rule in the caller too.
    with torch.inference_mode(False):
        pieces = [Piece(*(tensor.detach().clone() for tensor in piece)) for piece in pieces]
        adam = torch.optim.Adam(parameters, lr=learning_rate)
    for _ in range(steps):
        total = 0.0
        with torch.inference_mode(False), torch.enable_grad():
            adam.zero_grad()
            for piece in pieces:
                loss = _loss(decode(piece.latent), piece, preserve)
                loss.backward()
                total += float(loss.detach())
            adam.step()
        yield total


def _loss(decoded: Tensor, piece: Piece, preserve: float) -> Tensor:
    decoded = decoded[..., : piece.mask.shape[0], : piece.mask.shape[1]]
    inside = piece.mask * (piece.edited - decoded)
    outside = (1 - piece.mask) * (piece.original - decoded)
    return inside.square().sum() + preserve * outside.square().sum()
