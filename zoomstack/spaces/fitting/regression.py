"""Linear maps from pairs of samples: ridge least squares, and the variance that they explain."""

from __future__ import annotations

import torch
from einops import rearrange
from torch import Tensor

from ..space import Encode

RIDGE = 1e-4
UNUSED = 1e-4  # a latent direction with less than this of the strongest one's power is unused


def least_squares(
    known: Tensor, wanted: Tensor, ridge: float = RIDGE
) -> tuple[Tensor, Tensor, float]:
    """A and b of ``wanted = A known + b``, and the variance explained on the last quarter.

    Both (B, features, h, w); the last quarter of the samples is held out. ``ridge`` is a share of
    the mean power of what is known.
    """
    known, wanted = (rearrange(x, "b f h w -> (b h w) f") for x in (known, wanted))
    seen = len(known) * 3 // 4
    x, y = known[:seen], wanted[:seen]
    x_mean, y_mean = x.mean(0), y.mean(0)
    x, y = x - x_mean, y - y_mean
    gram = x.T @ x
    gram.diagonal().add_(ridge * gram.diagonal().mean())
    matrix = torch.linalg.solve(gram, x.T @ y).T
    offset = y_mean - matrix @ x_mean
    return matrix, offset, explained(known[seen:] @ matrix.T + offset, wanted[seen:])


def explained(guess: Tensor, truth: Tensor, features: int = 1) -> float:
    """The share of ``truth``'s variance over its samples that ``guess`` explains: 1 is perfect.

    ``features`` is the dimension that holds the features; each is measured from its own mean. 0 is
    no better than that mean, and what is worse counts as 0.
    """
    guess, truth = (x.movedim(features, 0).flatten(1).double() for x in (guess, truth))
    spread = (truth - truth.mean(1, keepdim=True)).square().mean(1).sum()
    return max(0.0, float(1 - (guess - truth).square().mean(1).sum() / spread))


def unused_directions(gram: Tensor) -> Tensor:
    """The projector (C, C) on what an operator with this Gram matrix never makes."""
    value, vector = torch.linalg.eigh(gram)
    unused = vector[:, value < UNUSED * value.max()]
    return unused @ unused.T


def latents_of(encode: Encode, pictures: Tensor) -> Tensor:
    """float64 on the CPU, eight pictures at a time."""
    return torch.cat([encode(batch).double().cpu() for batch in pictures.split(8)])
