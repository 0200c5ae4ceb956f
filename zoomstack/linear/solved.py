"""What a large symmetric operator makes a given answer of, by conjugate gradients."""

from __future__ import annotations

import torch
from torch import Tensor

from .krylov import Operator

CLOSE = 1e-7  # of what is wanted: solved


def solved(operator: Operator, wanted: Tensor, before: Operator, steps: int) -> Tensor:
    """x with ``operator``(x) = ``wanted``, a vector of any shape, as near as ``steps`` steps come.

    The operator is symmetric and has no negative eigenvalue; so is ``before``, about its inverse,
    which makes nothing of what x is to have nothing of.

    Hestenes and Stiefel (1952), "Methods of conjugate gradients for solving linear systems",
    preconditioned. What is solved stays as it is while steps go on, for a GPU is asked nothing.
    """
    answer = torch.zeros_like(wanted)
    rest = wanted
    turned = before(rest)
    direction, size = turned, (rest * turned).sum()
    least = torch.finfo(wanted.dtype).tiny
    enough = size * CLOSE**2
    for _ in range(steps):
        if wanted.device.type == "cpu" and bool(size <= enough):
            break
        image = operator(direction)
        length = size / (direction * image).sum().clamp_min(least)
        length = torch.where(size > enough, length, 0)
        answer = answer + length * direction
        rest = rest - length * image
        turned = before(rest)
        following = (rest * turned).sum()
        direction = turned + following / size.clamp_min(least) * direction
        size = following
    return answer
