"""What a noise mask keeps, as it takes part while levels meet: as it is.

The host's own inpainting (``comfy.samplers.KSamplerX0Inpaint``) puts the kept parts in place of the
prediction after all of a guider's wrappers; what the model predicts there is nothing that will be.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from torch import Tensor

from .site import LevelsRun

_KEY = "zoomstack_kept"
_MASK_FUNCTION = "denoise_mask_function"  # differential diffusion's: another mask at each step


class Kept(NamedTuple):
    """What a run keeps: ``latent`` where ``mask`` is 0, both of its shape, in the model's space."""

    latent: Tensor
    mask: Tensor
    guider: Any
    sigmas: Tensor

    def mask_at(self, sigma: Tensor, options: dict[str, Any]) -> Tensor:
        """The mask at a step, 1 where the prediction holds, as the host has it."""
        function = options.get(_MASK_FUNCTION)
        if function is None:
            return self.mask
        about = {"model": self.guider, "sigmas": self.sigmas}
        return function(sigma, self.mask, extra_options=about)


def keep(options: dict[str, Any], kept: Kept) -> None:
    """Note it in a run's options, for ``couple_around``."""
    options[_KEY] = kept


def couple_around(run: LevelsRun, x0: Tensor, sigma: Tensor, options: dict[str, Any]) -> Tensor:
    """The prediction ``x0`` coupled, with what is kept in its place.

    Comes back so that the host's mask makes of it what was coupled: all of it where the mask is 1,
    what is kept where it is 0, and between a share of the change.
    """
    kept: Kept | None = options.get(_KEY)
    if kept is None:
        return run.couple(x0)
    mask = kept.mask_at(sigma, options)
    shown = x0 * mask + kept.latent.to(x0) * (1 - mask)
    coupled = run.couple(shown, mask)
    return x0 if coupled is shown else coupled + (x0 - shown)
