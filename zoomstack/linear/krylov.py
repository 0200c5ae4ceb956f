"""Functions of a large symmetric operator, applied to vectors, without ever forming a matrix."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

EXACT = 1e-4  # of the answer, the most that a polynomial may be off by
MOST = 96  # its degree
# What is known of a spectrum is what LOOKS applications of the operator show: its ends lie a
# little beyond, and a little more than that costs one degree.
LOOKS, BELOW, BEYOND = 24, 0.9, 1.02
POINTS = 512  # of the spectrum, that a polynomial is made and judged at

Operator = Callable[[Tensor], Tensor]


class Function:
    """f(A) for a symmetric positive ``operator`` A: ``Function(A, like, f)(v)`` is f(A) v.

    ``function`` f maps eigenvalues to numbers, element by element; ``like`` is any vector that A
    takes, and may have any shape. Once, here, the device is asked for the ends of A's spectrum, and
    f is taken between them by a polynomial in Chebyshev's basis (Trefethen, Approximation Theory
    and Approximation Practice, chapters 3 and 8): its error falls as ((sqrt(c) - 1) / (sqrt(c) +
    1))^degree with the condition number c of A. To apply it asks the device nothing, holds three
    vectors and is linear, so vectors may come in batches.
    """

    def __init__(
        self, operator: Operator, like: Tensor, function: Callable[[Tensor], Tensor]
    ) -> None:
        self._operator = operator
        low, high = spectrum(operator, like)
        self._middle, self._half = (high + low) / 2, (high - low) / 2
        self._shares = _polynomial(function, self._middle, self._half)

    @property
    def degree(self) -> int:
        """How often the operator is applied."""
        return len(self._shares) - 1

    def __call__(self, vector: Tensor) -> Tensor:
        """f(A) v, to ``EXACT`` of it."""
        first, *shares = self._shares
        answer = first * vector
        before, now = vector, vector
        for step, share in enumerate(shares):
            # T(k + 1) = 2 x T(k) - T(k - 1), with x = (A - middle) / half; T(1) is x itself.
            turn = (2 if step else 1) / self._half
            following = self._operator(now).mul(turn).sub_(now, alpha=turn * self._middle)
            if step:
                following.sub_(before)
            before, now = now, following
            answer.add_(now, alpha=share)
        return answer


@torch.inference_mode(False)
@torch.no_grad()
def spectrum(operator: Operator, like: Tensor) -> tuple[float, float]:
    """Numbers that the eigenvalues of a symmetric positive operator lie between.

    By the Lanczos method from a random vector, the same one each time, with a little to spare.
    """
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(like.numel(), generator=generator, dtype=torch.float64).to(like)
    basis = (start / torch.linalg.vector_norm(start))[None]  # a direction a row
    diagonal: list[Tensor] = []
    beside: list[Tensor] = []
    for _ in range(min(LOOKS, len(start))):
        following = operator(basis[-1].view(like.shape)).reshape(-1)
        diagonal.append(following @ basis[-1])
        # Against all of the basis, not the last two, and twice: rounding would cost it its right
        # angles.
        for _ in range(2):
            following = following - (basis @ following) @ basis
        beside.append(torch.linalg.vector_norm(following))
        fresh = following / beside[-1].clamp_min(torch.finfo(like.dtype).tiny)
        basis = torch.cat([basis, fresh[None]])
    a, b = torch.stack([torch.stack(diagonal), torch.stack(beside)]).double().cpu()
    # Directions that follow when the space is spent are rounding.
    spent = (b < EXACT * a[0]).nonzero().flatten().tolist()
    a, b = (a[: spent[0] + 1], b[: spent[0]]) if spent else (a, b[:-1])
    values = torch.linalg.eigvalsh(torch.diag(a) + torch.diag(b, 1) + torch.diag(b, -1))
    low, high = float(values[0]), float(values[-1])
    return max(BELOW * low, 1e-9 * high), BEYOND * high


def _polynomial(function: Callable[[Tensor], Tensor], middle: float, half: float) -> list[float]:
    """Chebyshev's coefficients of the least degree that is exact enough."""
    angles = (torch.arange(POINTS, dtype=torch.float64) + 0.5) * (math.pi / POINTS)
    wanted = function(middle + half * torch.cos(angles))
    waves = torch.cos(torch.arange(MOST + 1, dtype=torch.float64)[:, None] * angles)
    shares = 2 / POINTS * (waves @ wanted)
    shares[0] /= 2
    off = ((shares[:, None] * waves).cumsum(0) / wanted - 1).abs().amax(1)
    enough = (off < EXACT).nonzero().flatten().tolist()
    return shares[: (enough[0] if enough else MOST) + 1].tolist()
