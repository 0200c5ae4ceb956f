"""What a large symmetric operator makes a given answer of, by conjugate gradients.

Hestenes and Stiefel (1952), "Methods of conjugate gradients for solving linear systems",
preconditioned.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import torch
from torch import Tensor

from .krylov import Operator

CLOSE = 1e-7  # of what is wanted: solved


def solved(operator: Operator, wanted: Tensor, before: Operator, steps: int) -> Tensor:
    """x with ``operator``(x) = ``wanted``, a vector of any shape, as near as ``steps`` steps come.

    The operator is symmetric and has no negative eigenvalue; so is ``before``, about its inverse,
    which makes nothing of what x is to have nothing of. The device is asked nothing: what is solved
    stays as it is while steps go on.
    """
    answer = torch.zeros_like(wanted)
    for step, _ in islice(_steps(operator, wanted, before), steps):
        answer = answer + step
    return answer


def needed(operator: Operator, wanted: Tensor, before: Operator, most: int) -> int:
    """How many steps ``solved`` takes, ``most`` at most. Asks the device after each of them."""
    left = islice(_steps(operator, wanted, before), most)
    return next((done for done, (_, left) in enumerate(left, 1) if not bool(left)), most)


def _steps(operator: Operator, wanted: Tensor, before: Operator) -> Iterator[tuple[Tensor, Tensor]]:
    """Step by step, what it adds to the answer, and whether anything is left to solve."""
    rest = wanted
    turned = before(rest)
    direction, size = turned, (rest * turned).sum()
    least = torch.finfo(wanted.dtype).tiny
    enough = size * CLOSE**2
    while True:
        image = operator(direction)
        length = size / (direction * image).sum().clamp_min(least)
        length = torch.where(size > enough, length, 0)
        rest = rest - length * image
        turned = before(rest)
        following = (rest * turned).sum()
        yield length * direction, following > enough
        direction = turned + following / size.clamp_min(least) * direction
        size = following
