"""A small reference sampler, one step at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Step:
    """The state after a step: ``x`` at noise level ``sigma``, and the prediction that led there."""

    index: int
    sigma: float
    x: Tensor
    denoised: Tensor


def sample(
    denoise: Callable[[Tensor, Tensor], Tensor],
    noise: Tensor,
    sigmas: Sequence[float] | Tensor,
    eta: float = 0.0,
    renoise: Callable[[float, float], Tensor] | None = None,
) -> Iterator[Step]:
    """Euler's method from ``noise`` (unit variance) down ``sigmas`` (falling, the last often 0).

    ``denoise(x, sigma) -> x0`` takes sigma as (N,). ``eta`` 0 is deterministic; 1 is ancestral
    sampling, for which ``renoise(sigma, sigma_next)`` draws unit noise, rendered for a zoom stack.
    Karras et al. (2022), Alg. 1 and 2, in x0 form. Nothing runs until the steps are asked for.

    Raises ``ValueError`` for ``eta`` over 0 without ``renoise``.
    """
    if eta > 0 and renoise is None:
        raise ValueError("eta over 0 adds noise at every step; pass renoise(sigma, sigma_next).")
    levels = [float(sigma) for sigma in sigmas]
    x = noise * levels[0]
    for index, (sigma, following) in enumerate(zip(levels[:-1], levels[1:], strict=True)):
        denoised = denoise(x, torch.full((len(x),), sigma, dtype=x.dtype, device=x.device))
        # The part of the next noise level that is drawn anew, and the rest that is stepped to.
        fresh = min(following, eta * following * (1 - (following / sigma) ** 2) ** 0.5)
        kept = (following**2 - fresh**2) ** 0.5
        x = denoised + (x - denoised) * (kept / sigma)
        if fresh > 0 and renoise is not None:
            x = x + fresh * renoise(sigma, following)
        yield Step(index, following, x, denoised)
