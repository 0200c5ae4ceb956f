"""What cannot be sampled as a zoom's levels, refused before anything is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def refuse(
    guider: Any, latent: Tensor, denoise_mask: Tensor | None, shapes: Sequence[Any] | None
) -> None:
    """Raises ``ValueError`` with the remedy; ``shapes`` are those of packed latents, if any."""
    handler = guider.model_options.get("context_handler")
    if handler is not None and handler.dim == 0:
        raise ValueError(
            "Context windows over dimension 0 cut the zoom's levels apart; remove that node, "
            "levels_per_batch does what it is for."
        )
    if shapes is not None and len(shapes) > 1:
        raise ValueError("Packed latents of several kinds are no zoom levels; use an image model.")
    if not torch.isfinite(latent).all():
        raise ValueError(
            "The latent to start from holds NaN or infinite values; decode it to see which, and "
            "make it again in a wider precision."
        )
    entries = (entry for of_kind in guider.conds.values() for entry in of_kind)
    for mask in (denoise_mask, *(entry.get("mask") for entry in entries)):
        if mask is not None and not torch.isfinite(mask).all():
            raise ValueError("A mask holds NaN or infinite values; draw or make it again.")
