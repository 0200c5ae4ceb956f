"""Large pictures whose layout follows a smaller one: Multi-Scale Diffusion.

Zhang et al., "Multi-Scale Diffusion" (2024, arXiv 2410.18830): windows that know nothing of each
other repeat themselves. At every step a picture of half the size is denoised first, and what the
windows predict is pulled to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from ..joint.denoise import Denoise
from ..joint.schedule import Schedule, within
from ..linear.precision import working
from .smaller import Smaller, smaller

# The weight that goes all the way, in the paper's units: see ``Descent``.
WHOLE = 8.0
# No picture with a side under this is asked for: a model sees nothing in it.
SMALLEST = 8

Noising = Callable[[Tensor, Tensor, float], tuple[Tensor, Tensor]]
"""``noising(x, sigma, ratio)``: a picture whose noise has shrunk, at the sigma it then has."""


def exploding(x: Tensor, sigma: Tensor, ratio: float) -> tuple[Tensor, Tensor]:
    """``x`` = x0 + sigma n whose noise has shrunk to ``ratio`` n: the same at its true sigma."""
    return x, sigma * ratio


def straight(x: Tensor, sigma: Tensor, ratio: float) -> tuple[Tensor, Tensor]:
    """As ``exploding``, for the straight path of flows, ``x`` = (1 - sigma) x0 + sigma n."""
    total = (1 - sigma) + ratio * sigma
    return x / total.view(-1, *(1,) * (x.ndim - 1)), ratio * sigma / total


class Follow(Protocol):
    """How a picture follows its half."""

    @property
    def weight(self) -> float: ...

    def __call__(
        self, denoise: Denoise, x: Tensor, sigma: Tensor, half: Tensor, link: Smaller, step: float
    ) -> Tensor:
        """The prediction for ``x`` that follows ``half``, the prediction for its half.

        ``step`` is the next sigma over this one.
        """
        ...


@dataclass(frozen=True)
class Correction:
    """Moves the prediction to its half in closed form: ``shrink(x0) = half`` at ``weight`` 8.

    Differs from Zhang et al. (2024), eq. 9, which moves the noisy picture along the gradient
    through the model (``Descent``): this needs none. ``weight`` is in the paper's units, 0 to 24,
    where 8 is a whole step (see ``Descent``); more is no more.
    """

    weight: float = 10.0

    def __post_init__(self) -> None:
        check_weight(self.weight)

    def __call__(
        self, denoise: Denoise, x: Tensor, sigma: Tensor, half: Tensor, link: Smaller, step: float
    ) -> Tensor:
        x0 = denoise(x, sigma)
        share, full = min(self.weight / WHOLE, 1.0), working(x0)
        return (full + share * link.lift(working(half) - link.shrink(full))).to(x0.dtype)


class MultiScale:
    """A denoiser that follows smaller versions of the picture; itself ``denoise(x, sigma) -> x0``.

    ``denoise`` must take pictures (N, ..., H, W) of every size: wrap it in ``MultiDiffusion``.
    ``scales`` is how many halves of halves there are (the smallest is denoised first, on its own);
    a side under 8 pixels is not made. ``follow`` says how, until ``end`` of the steps (this needs
    ``sigmas``, the schedule). ``path``: ``exploding`` or ``straight``. The halves' sides are a
    multiple of ``multiple``; with ``wrap`` the right edge goes on at the left one.

    With a weight of 0 the answer is ``denoise``'s own, untouched.

    Zhang et al. (2024), Alg. 1.
    """

    def __init__(
        self,
        denoise: Denoise,
        follow: Follow | None = None,
        *,
        scales: int = 1,
        end: float = 1.0,
        sigmas: Sequence[float] | Tensor | None = None,
        path: Noising = exploding,
        multiple: int = 1,
        wrap: bool = False,
    ) -> None:
        self.denoise, self.follow = denoise, follow or Correction()
        self.scales, self.end, self.path = scales, end, path
        self.multiple, self.wrap = multiple, wrap
        self.schedule = None if sigmas is None else Schedule(sigmas)
        if not 0 <= end <= 1:
            raise ValueError(f"The end is a fraction of the steps, 0 to 1, not {end:g}.")
        if end < 1 and self.schedule is None:
            raise ValueError(
                "An end is a fraction of the steps, so the denoiser must know the schedule; pass "
                "sigmas=..., the noise levels of all steps."
            )

    def __call__(self, x: Tensor, sigma: Tensor) -> Tensor:
        now = float(sigma.flatten()[0])
        return self._predict(x, sigma, self.scales if self._acts(now) else 0, self._step(now))

    def _predict(self, x: Tensor, sigma: Tensor, scales: int, step: float) -> Tensor:
        if scales == 0:
            return self.denoise(x, sigma)
        link = smaller(*x.shape[-2:], self.multiple, self.wrap)
        if min(link.size) < SMALLEST:
            return self.denoise(x, sigma)
        # Differs from Zhang et al. (2024), Alg. 1, which asks at the picture's own noise level: a
        # mean of p x p pixels has p times less noise, and the model must be told.
        shrunk = link.shrink(working(x)).to(x.dtype)
        half = self._predict(*self.path(shrunk, sigma, link.noise), scales - 1, step)
        return self.follow(self.denoise, x, sigma, half, link, step)

    def _acts(self, sigma: float) -> bool:
        if self.follow.weight == 0:
            return False
        progress = 0.0 if self.schedule is None else self.schedule.progress(sigma)
        # Differs from Zhang et al. (2024), section 4.1: no decay of the weight until the end.
        return within(progress, 0.0, self.end)

    def _step(self, sigma: float) -> float:
        if self.schedule is None:
            return 0.0
        later = self.schedule.sigmas[self.schedule.sigmas < sigma * (1 - 1e-3)]
        return float(later.max()) / sigma if len(later) else 0.0


def check_weight(weight: float) -> None:
    """Raise ``ValueError`` for a weight that is none."""
    if not 0 <= weight <= 24:
        raise ValueError(f"The weight of the smaller picture is from 0 to 24, not {weight:g}.")
