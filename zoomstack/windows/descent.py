"""The paper's way to follow a smaller picture: gradients through the denoiser."""

from __future__ import annotations

from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from ..joint.denoise import Denoise
from ..spaces.plain import PlainLink
from .multiscale import WHOLE, check_weight
from .smaller import Smaller, crop
from .tiling import At, Tiling


class Predict(Protocol):
    """A denoiser of windows that knows which one it is shown."""

    def __call__(
        self, x: Tensor, sigma: Tensor, /, window: At, size: tuple[int, int]
    ) -> Tensor: ...


class Descent:
    """Moves the noisy windows down the gradient of their squared distance to the half.

    ``predict(x, sigma, window, size) -> x0`` must be differentiable in ``x``, one window (N, ...,
    tile rows, tile columns) of the tiling over a picture of ``size``. One window at a time, so that
    memory does not grow with the picture.

    Windows are compared after one Euler step. The answer is the prediction from which the sampler's
    own Euler step leads where the paper's leads: moved first, then denoised.

    Zhang et al. (2024), eq. 9: x_i <- x_i - weight * gradient of the mean of
    (D(step(x_i)) - C_i(step(D x)))^2. They do not say a mean over what: over a whole window a
    weight of 10 would move nothing, and a sum would run away. Here it is the mean over the four
    channels of their model, whatever the model. Then at p = 2 a weight of 8 is the whole step for a
    denoiser that passes changes on as they are, and one over 16 runs away, as theirs does.
    """

    def __init__(self, predict: Predict, tiling: Tiling, weight: float = 10.0) -> None:
        check_weight(weight)
        self.predict, self.tiling, self.weight = predict, tiling, weight

    def __call__(
        self, denoise: Denoise, x: Tensor, sigma: Tensor, half: Tensor, link: Smaller, step: float
    ) -> Tensor:
        if step >= 1:
            return denoise(x, sigma)  # nothing falls, so nothing is compared
        target = half + step * (link.shrink(x) - half)
        windows = self.tiling.over(*x.shape[-2:])
        moved = windows.blank(x, 1)
        for at in windows.all:
            part = windows.cut(x, (at,))
            size = (windows.height, windows.width)
            predict = partial(self.predict, window=at, size=size)
            shown = link.part(*at, windows.tile)
            slope = _slope(part, sigma, predict, crop(target, shown), shown, step)
            windows.add(moved, (at,), part - self.weight / WHOLE / link.noise**2 * slope)
        # Differs from Zhang et al. (2024), Alg. 1: the moved windows are merged before they are
        # denoised, not after, so that guidance and samplers see one picture.
        return denoise(moved, sigma) + step / (1 - step) * (moved - x)


def _slope(
    part: Tensor, sigma: Tensor, predict: Denoise, goal: Tensor, link: PlainLink, step: float
) -> Tensor:
    """The gradient of half the summed squared distance of a window to its ``goal``, one step on."""
    # ComfyUI runs nodes in inference mode, whose tensors autograd refuses: hence the clones.
    with torch.inference_mode(False), torch.enable_grad():
        moving = part.detach().clone().requires_grad_()
        x0 = predict(moving, sigma.clone())
        stepped = x0 + step * (moving - x0)
        loss = (link.shrink(stepped) - goal.detach().clone()).square().sum() / 2
        return torch.autograd.grad(loss, moving)[0]
