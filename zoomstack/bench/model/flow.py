"""Sampling a flow model as ComfyUI does: x = (1 - sigma) x0 + sigma noise, sigma from 1 to 0."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from ...joint.denoise import Denoise
from ...joint.sample import Step


def euler_ancestral(
    denoise: Denoise,
    noise: Tensor,
    sigmas: Sequence[float],
    renoise: Callable[[], Tensor],
) -> Iterator[Step]:
    """Euler's method with noise drawn anew at every step, from ``noise`` (N, C, H, W).

    ``denoise(x, sigma) -> x0`` takes sigma as (N,); ``renoise`` draws unit noise of x's shape. A
    generator of steps, as ``zoomstack.sample``, which is the same for x = x0 + sigma noise.
    A port of ``sample_euler_ancestral_RF`` of ComfyUI 0.30.0, comfy/k_diffusion/sampling.py.
    """
    x = noise
    for index, (sigma, following) in enumerate(zip(sigmas[:-1], sigmas[1:], strict=True)):
        denoised = denoise(x, torch.full((len(x),), sigma, dtype=x.dtype, device=x.device))
        down = following**2 / sigma  # where the step goes before it is noised up to `following`
        x = denoised + (x - denoised) * (down / sigma)
        if following > 0:
            scale = (1 - following) / (1 - down)
            x = x * scale + renoise() * (following**2 - (down * scale) ** 2) ** 0.5
        yield Step(index, following, x, denoised)
