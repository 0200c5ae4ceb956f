"""Functions of a large symmetric operator, applied to a vector, without ever forming a matrix."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

EXACT = 1e-4  # of the answer: what a step may still add to it when the iteration ends
MOST = 96  # steps


def function_of(
    operator: Callable[[Tensor], Tensor], vector: Tensor, function: Callable[[Tensor], Tensor]
) -> Tensor:
    """f(A) v for a symmetric positive ``operator`` A, by applying it a few times.

    ``function`` f maps eigenvalues to numbers; ``vector`` v may have any shape. The Lanczos method:
    f of the tridiagonal matrix that A is on the space of v, Av, A^2 v, ... The error falls as
    ((sqrt(c) - 1) / (sqrt(c) + 1))^steps with the condition number c of A.
    """
    length = torch.linalg.vector_norm(vector)
    if not length > 0:
        return vector
    basis: list[Tensor] = [vector / length]
    diagonal: list[float] = []
    beside: list[float] = []
    while True:
        following = operator(basis[-1])
        diagonal.append(float((following * basis[-1]).sum()))
        # Against all of the basis, not the last two: rounding would let it lose its right angles.
        for known in basis:
            following = following - (following * known).sum() * known
        beside.append(float(torch.linalg.vector_norm(following)))
        shares = _first_column(diagonal, beside, function)
        done = abs(shares[-1]) < EXACT * abs(shares[0]) and len(shares) > 1
        if done or len(shares) == MOST or beside[-1] < EXACT * diagonal[0]:
            break
        basis.append(following / beside[-1])
    total = torch.zeros_like(vector)
    for share, known in zip(shares, basis, strict=True):
        total = total + (share * length) * known
    return total


def _first_column(
    diagonal: list[float], beside: list[float], function: Callable[[Tensor], Tensor]
) -> list[float]:
    """Of f of the tridiagonal matrix: the shares of the basis in f(A) v."""
    a = torch.tensor(diagonal, dtype=torch.float64)
    b = torch.tensor(beside[: len(diagonal) - 1], dtype=torch.float64)
    value, vector = torch.linalg.eigh(torch.diag(a) + torch.diag(b, 1) + torch.diag(b, -1))
    return (vector @ (function(value.clamp_min(1e-12)) * vector[0])).tolist()
