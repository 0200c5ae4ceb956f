"""Functions of a large symmetric operator, applied to a vector, without ever forming a matrix."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

EXACT = 1e-4  # of the answer: what a step may still add to it when the iteration ends
MOST = 96  # steps
BETWEEN = 8  # steps between two looks at how far it is, where a look waits for a device


def function_of(
    operator: Callable[[Tensor], Tensor], vector: Tensor, function: Callable[[Tensor], Tensor]
) -> Tensor:
    """f(A) v for a symmetric positive ``operator`` A, by applying it a few times.

    ``function`` f maps eigenvalues to numbers; ``vector`` v may have any shape. The Lanczos method:
    f of the tridiagonal matrix that A is on the space of v, Av, A^2 v, ... The error falls as
    ((sqrt(c) - 1) / (sqrt(c) + 1))^steps with the condition number c of A.

    A device is asked how far it is once in ``BETWEEN`` steps, and steps beyond the one that
    sufficed are thrown away: the answer is the same however often one looks.
    """
    flat = vector.reshape(-1)
    length = torch.linalg.vector_norm(flat)
    if not length > 0:
        return vector
    basis = (flat / length)[None]  # a direction a row
    diagonal: list[Tensor] = []
    beside: list[Tensor] = []
    shares: list[float] = []
    between = 1 if vector.device.type == "cpu" else BETWEEN
    while not shares:
        seen = len(diagonal)
        while len(diagonal) < min(seen + between, MOST):
            following = operator(basis[-1].view_as(vector)).reshape(-1)
            diagonal.append(following @ basis[-1])
            # Against all of the basis, not the last two, and twice: rounding would cost it its
            # right angles.
            for _ in range(2):
                following = following - (basis @ following) @ basis
            beside.append(torch.linalg.vector_norm(following))
            # A space that is spent has no next direction: what stands for it gets no share.
            fresh = following / beside[-1].clamp_min(torch.finfo(flat.dtype).tiny)
            basis = torch.cat([basis, fresh[None]])
        a, b = torch.stack([torch.stack(diagonal), torch.stack(beside)]).double().cpu()
        shares = _enough(a, b, seen, function)
    weights = torch.tensor(shares, dtype=flat.dtype, device=flat.device)
    return (length * (weights @ basis[: len(shares)])).view_as(vector)


def _enough(
    diagonal: Tensor, beside: Tensor, seen: int, function: Callable[[Tensor], Tensor]
) -> list[float]:
    """The shares of the basis after the first step past ``seen`` that suffices; none: go on."""
    for steps in range(seen + 1, len(diagonal) + 1):
        shares = _first_column(diagonal[:steps], beside[: steps - 1], function)
        exact = steps > 1 and abs(shares[-1]) < EXACT * abs(shares[0])
        spent = float(beside[steps - 1]) < EXACT * float(diagonal[0])
        if exact or spent or steps == MOST:
            return shares
    return []


def _first_column(a: Tensor, b: Tensor, function: Callable[[Tensor], Tensor]) -> list[float]:
    """Of f of the tridiagonal matrix with ``a`` on its diagonal and ``b`` beside it."""
    value, vector = torch.linalg.eigh(torch.diag(a) + torch.diag(b, 1) + torch.diag(b, -1))
    return (vector @ (function(value.clamp_min(1e-12)) * vector[0])).tolist()
