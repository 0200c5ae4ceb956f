"""Linear maps from pairs of samples: ridge least squares, and the variance that they explain."""

from __future__ import annotations

from typing import NamedTuple

import torch
from einops import rearrange
from torch import Tensor
from torch.nn import functional

from ..space import Encode

RIDGE = 1e-4
HELD = 4  # pictures from one that is held out to the next
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


class Parted:
    """Ridge least squares on pictures that come one after another, however many there are.

    Every fourth tells what a fit to the others explains of unseen pictures; then it is fitted on
    as well.
    """

    def __init__(self) -> None:
        self._count = 0
        self._parts: list[_Sums] = []

    def add(self, known: Tensor, wanted: Tensor) -> None:
        """A picture's samples: both (B, features, h, w)."""
        known, wanted = (rearrange(x, "b f h w -> (b h w) f") for x in (known, wanted))
        if not self._parts:
            self._parts = [_Sums.none(known, wanted) for _ in range(2)]
        self._parts[self._count % HELD == 1].add(known, wanted)
        self._count += 1

    def solved(self, ridge: float) -> tuple[Tensor, Tensor, float]:
        """A and b of ``wanted = A known + b`` by all pictures, and what is explained of unseen.

        ``ridge`` is a share of the mean power of what is known.
        """
        seen, unseen = self._parts
        share = unseen.explained(*seen.solve(ridge))
        return *seen.plus(unseen).solve(ridge), share


class _Sums(NamedTuple):
    """Over samples: x x^T, x y^T and y^2, x with a 1 at its end for the offset."""

    known: Tensor
    both: Tensor
    wanted: Tensor

    @classmethod
    def none(cls, known: Tensor, wanted: Tensor) -> _Sums:
        features, wanted_ = known.shape[1] + 1, wanted.shape[1]
        square, both = (features, features), (features, wanted_)
        return cls(known.new_zeros(square), known.new_zeros(both), known.new_zeros(wanted_))

    def add(self, known: Tensor, wanted: Tensor) -> None:
        known = functional.pad(known, (0, 1), value=1.0)
        self.known.addmm_(known.T, known)
        self.both.addmm_(known.T, wanted)
        self.wanted.add_(wanted.square().sum(0))

    def plus(self, other: _Sums) -> _Sums:
        return _Sums(*(a + b for a, b in zip(self, other, strict=True)))

    def solve(self, ridge: float) -> tuple[Tensor, Tensor]:
        count = self.known[-1, -1]
        x_mean, y_mean = self.known[-1, :-1] / count, self.both[-1] / count
        gram = self.known[:-1, :-1] - count * torch.outer(x_mean, x_mean)
        gram.diagonal().add_(ridge * gram.diagonal().mean())
        cross = self.both[:-1] - count * torch.outer(x_mean, y_mean)
        matrix = torch.linalg.solve(gram, cross).T
        return matrix, y_mean - matrix @ x_mean

    def explained(self, matrix: Tensor, offset: Tensor) -> float:
        """As ``explained``, of these samples."""
        affine = torch.cat([matrix, offset[:, None]], 1).T
        power = self.wanted.sum()
        missed = power + (affine * (self.known @ affine - 2 * self.both)).sum()
        spread = power - self.both[-1].square().sum() / self.known[-1, -1]
        return max(0.0, float(1 - missed / spread))


def unused_directions(gram: Tensor) -> Tensor:
    """The projector (C, C) on what an operator with this Gram matrix never makes."""
    value, vector = torch.linalg.eigh(gram)
    unused = vector[:, value < UNUSED * value.max()]
    return unused @ unused.T


def latents_of(encode: Encode, pictures: Tensor) -> Tensor:
    """float64 on the CPU, eight pictures at a time."""
    return torch.cat([encode(batch).double().cpu() for batch in pictures.split(8)])
