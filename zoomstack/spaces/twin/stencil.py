"""A local operator on latents, written out: for each latent a matrix of its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import torch
from torch import Tensor
from torch.nn import functional

FARTHEST = 2  # latents: beyond, an operator is as quick as what it is made of
NOTHING = 2e-4  # of what a latent gives to itself: what may be counted to a nearer neighbour
LARGEST = 2**23  # numbers, 32 MiB of them

Operator = Callable[[Tensor], Tensor]


def written_out(operator: Operator, like: Tensor) -> Operator:
    """The ``operator`` on latents (C, h, w) as a ``Stencil``; as it is where that is none.

    An operator that is large, or reaches far, is left as it is.
    """
    channels, height, width = like.shape
    points = like.new_zeros(channels, channels, height, width)
    middle = height // 2, width // 2
    points[(..., *middle)] = torch.eye(channels, dtype=like.dtype, device=like.device)
    # Of what a latent in the middle gives to each other one, its size.
    given = operator(points).flatten(0, 1).square().sum(0).sqrt().double().cpu()
    rows, columns = _reach(given.sum(1)), _reach(given.sum(0))
    if rows is None or columns is None:
        return operator
    numbers = (2 * rows + 1) * (2 * columns + 1) * channels * like.numel()
    return Stencil(operator, like, (rows, columns)) if numbers <= LARGEST else operator


def _reach(given: Tensor) -> int | None:
    """How far the middle one of a line gives more than nothing; None: farther than it may."""
    size, middle = len(given), len(given) // 2
    away = (torch.arange(size) - middle).abs()
    for most in range(min(FARTHEST + 1, middle)):
        if given[away > most].sum() < NOTHING * given[middle]:
            return most
    # In a small picture the middle one sees no other as far away as its borders are.
    return size - 1 if size <= 2 * FARTHEST + 1 else None


class Stencil:
    """The ``operator`` on latents (C, h, w) that mixes each with those at most ``reach`` away.

    Of (rows, columns). What the operator takes from farther is counted to nearer ones; a stencil
    is for operators that have none, or too little to count. It is read off the operator's answers
    to single latents, many at once, far enough apart to be told apart: C answers for each of the
    (2 reach + 1)^2 ways to lay them.

    Applied to (..., C, h, w), in the dtype and on the device of ``like`` (C, h, w): one product.
    """

    def __init__(self, operator: Operator, like: Tensor, reach: tuple[int, int]) -> None:
        channels, height, width = like.shape
        self._reach = reach
        self._sides = rows, columns = 2 * reach[0] + 1, 2 * reach[1] + 1
        weights = like.new_zeros(height, width, rows, columns, channels, channels)
        down = torch.arange(height, device=like.device)[:, None]
        across = torch.arange(width, device=like.device)[None]
        one = torch.eye(channels, dtype=like.dtype, device=like.device)[..., None, None]
        for top, left in product(range(rows), range(columns)):
            points = like.new_zeros(channels, channels, height, width)
            points[..., top::rows, left::columns] = one
            near = (top - down + reach[0]) % rows, (left - across + reach[1]) % columns
            weights[down, across, near[0], near[1]] = operator(points).permute(2, 3, 0, 1)
        self._weights = weights.reshape(height * width, -1, channels)

    def __call__(self, latents: Tensor) -> Tensor:
        *batch, channels, height, width = latents.shape
        flat = latents.reshape(-1, channels, height, width).permute(0, 2, 3, 1)
        (down, across), (rows, columns) = self._reach, self._sides
        padded = functional.pad(flat, (0, 0, across, across, down, down))
        around = padded.unfold(1, rows, 1).unfold(2, columns, 1).permute(1, 2, 0, 4, 5, 3)
        seen = around.reshape(height * width, len(flat), -1)
        mixed = torch.bmm(seen, self._weights).view(height, width, len(flat), channels)
        return mixed.permute(2, 3, 0, 1).reshape(*batch, channels, height, width)
