"""The nearest orthogonal matrix, roughly and fast: what Muon steps along.

Jordan et al. (2024), kellerjordan.github.io/posts/muon: a few Newton-Schulz steps bring all
singular values to about 1.
"""

from __future__ import annotations

import torch
from torch import Tensor

# a X + b X X^T X + c (X X^T)^2 X; five steps leave singular values of 0.7 to 1.2.
STEP, STEPS = (3.4445, -4.7750, 2.0315), 5


def orthogonal(matrix: Tensor) -> Tensor:
    """About the nearest matrix with orthonormal rows or columns, by Newton-Schulz steps.

    All steps are polynomials in the small square matrix X X^T, so the long side is met twice only.
    """
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    gram, product = x @ x.T, None
    a, b, c = STEP
    for step in range(STEPS):
        polynomial = torch.addmm(gram, gram, gram, beta=b, alpha=c)
        polynomial.diagonal().add_(a)
        product = polynomial if product is None else polynomial @ product
        if step < STEPS - 1:
            gram = polynomial @ gram @ polynomial
    assert product is not None
    x = product @ x
    return x.T if tall else x
