"""A denoiser that needs no network: right, by Bayes, for patches of a few known scenes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

PATCH = 9  # values along a patch's side
KIN = 4.0  # values of a patch that say the same, so that it counts as a quarter of them


class PatchDenoiser:
    """``denoise(x, sigma) -> x0`` of levels (N, C, H, W) with x = x0 + sigma noise.

    ``scenes`` (M, N, C, H, W) are all that can be seen: a level shows at each place what one of
    them shows there at that level. The prediction is their mean, weighted by how well the patch
    around a place of each explains the noisy one. Levels do not know of each other, and far places
    of a level do not either: what they choose is a mosaic unless something couples them.

    The posterior mean of a Gaussian mixture, as in Kamb and Ganguli (2024), arXiv 2412.20292, who
    let a patch match everywhere; here it matches in its own place alone. Differs from it: a patch's
    evidence counts a ``KIN``-th, for neighbouring values of latents say much the same.
    """

    def __init__(self, scenes: Tensor, patch: int = PATCH) -> None:
        if scenes.ndim != 5 or patch % 2 == 0:
            raise ValueError(
                f"scenes are {tuple(scenes.shape)} and a patch has {patch} values along its side; "
                "give (scenes, levels, channels, rows, columns) and an odd number."
            )
        self.scenes, self._patch = scenes, patch

    def __call__(self, x: Tensor, sigma: Tensor) -> Tensor:
        return torch.einsum("mnhw,mnchw->nchw", self.weights(x, sigma), self.scenes)

    def weights(self, x: Tensor, sigma: Tensor) -> Tensor:
        """How likely each scene is at each place of each level: (M, N, H, W), 1 over all scenes."""
        apart = torch.stack([(x - scene).square().sum(1) for scene in self.scenes])
        # The mean over what a patch has inside the picture: a border is no evidence.
        mean = functional.avg_pool2d(
            apart, self._patch, 1, self._patch // 2, count_include_pad=False
        )
        evidence = mean * (self._patch**2 / KIN)
        return torch.softmax(-evidence / (2 * sigma.view(1, -1, 1, 1) ** 2), 0)


def schedule(steps: int, high: float, low: float, rho: float = 7.0) -> list[float]:
    """``steps`` noise levels from ``high`` down to ``low``, then 0: Karras et al. (2022), eq. 5."""
    ramp = torch.linspace(0, 1, steps, dtype=torch.float64)
    start, end = high ** (1 / rho), low ** (1 / rho)
    return [*((start + ramp * (end - start)) ** rho).tolist(), 0.0]


def spread(scenes: Sequence[Tensor]) -> float:
    """The standard deviation of all values of scenes, which noise is measured by."""
    return float(torch.cat([scene.flatten() for scene in scenes]).std())
