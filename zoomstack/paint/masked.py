"""Painting inside a mask with a model that knows of no masks: blended diffusion, as a denoiser.

Avrahami et al. (2022), "Blended Diffusion"; a port of ``KSamplerX0Inpaint`` of ComfyUI 0.30.0,
comfy/samplers.py, for those who sample without ComfyUI.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..joint.denoise import Denoise, Mix


class MaskedDenoiser:
    """A denoiser that keeps a picture where a mask is 0; itself ``denoise(x, sigma)``.

    ``clean`` is the picture, (N, C, H, W) in the model's space; ``mask`` broadcasts to it, 1 where
    it is to paint. What is kept is shown to ``denoise`` under ``noise``, unit noise of its shape,
    mixed in as ``mix(sigma)`` says.
    """

    # Differs from Avrahami et al. (2022), as ComfyUI does: one noise for all steps, where they draw
    # it anew, and the background also replaces the prediction, not only the noisy sample.

    def __init__(
        self,
        denoise: Denoise,
        clean: Tensor,
        mask: Tensor,
        noise: Tensor,
        mix: Callable[[float], Mix] = Mix.exploding,
    ) -> None:
        self.denoise, self.clean, self.mask = denoise, clean, mask
        self.noise, self.mix = noise, mix

    def __call__(self, x: Tensor, sigma: Tensor) -> Tensor:
        signal, noise = self.mix(float(torch.as_tensor(sigma).flatten()[0]))
        shown = signal * self.clean + noise * self.noise
        x0 = self.denoise(self._masked(x, shown), sigma)
        return self._masked(x0, self.clean)

    def _masked(self, painted: Tensor, kept: Tensor) -> Tensor:
        return self.mask * painted + (1 - self.mask) * kept
