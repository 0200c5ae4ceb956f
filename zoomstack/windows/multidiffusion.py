"""Denoising in overlapping windows: MultiDiffusion.

Bar-Tal et al., "MultiDiffusion" (2023, arXiv 2302.08113).
"""

from __future__ import annotations

from torch import Tensor

from ..joint.denoise import Denoise
from ..linear.precision import working
from .tiling import Tiling


class MultiDiffusion:
    """A denoiser of pictures of any size by one of windows; itself ``denoise(x, sigma) -> x0``.

    ``x`` is (N, ..., H, W), ``sigma`` (N,). Windows go ``most`` to a call (0: all), so that memory
    does not grow with the picture. With one window the answer is ``denoise``'s own, untouched.

    Bar-Tal et al. (2023), eq. 5. Differs from it: predicted clean pictures are averaged, not the
    next noisy ones. As those are linear in it and in a ``x`` that windows share, it comes to the
    same, for every sampler.
    """

    def __init__(self, denoise: Denoise, tiling: Tiling, most: int = 0) -> None:
        self.denoise, self.tiling, self.most = denoise, tiling, most

    def __call__(self, x: Tensor, sigma: Tensor) -> Tensor:
        windows = self.tiling.over(*x.shape[-2:])
        if len(windows.all) == 1:
            return self.denoise(x, sigma)
        sigma = sigma.expand(len(x))
        whole = windows.blank(x, 1)
        for batch in windows.batches(self.most):
            parts = self.denoise(windows.cut(x, batch), sigma.repeat(len(batch)))
            windows.add(whole, batch, working(parts))
        return whole.to(x.dtype)
