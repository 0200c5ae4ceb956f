"""What cannot be sampled as a zoom's levels, refused before anything is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from comfy.samplers import CFGGuider
from torch import Tensor

from .site import LevelsRun

# Guiders that predict in a way of their own, and guide by their one cfg.
_BY_CFG = ("Guider_PerpNeg", "Guider_DualModel")
_TWO_MODELS = "Guider_DualModel"


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


def refuse_guider(guider: Any, run: LevelsRun) -> None:
    """Raises ``ValueError`` for a guider without a cfg that could be a level's own."""
    row, cfg = next((row, cfg) for row, cfg in enumerate(run.cfgs) if cfg is not None)
    (level,) = run.rows.named((row,))
    wish = f"Level {level} (0 is the widest) is to be guided by a cfg of {cfg:g}, but"
    kind = type(guider)
    remedy = "use the CFG Guider or a KSampler, or take cfg= out of the ladder's lines."
    if not guider.conds.get("negative"):
        raise ValueError(f"{wish} {kind.__name__} has no negative prompt to guide from; {remedy}")
    usual = kind.predict_noise is CFGGuider.predict_noise
    if not usual and kind.__name__ not in _BY_CFG:
        raise ValueError(
            f"{wish} {kind.__name__} guides in a way of its own, which has no one cfg that could "
            f"be a level's; {remedy}"
        )
    if kind.__name__ == _TWO_MODELS and math.isclose(guider.cfg, 1.0):
        raise ValueError(
            f"{wish} the Dual Model CFG Guider loads its second model only for a cfg of its own "
            "that is not 1; give it another, which the levels without cfg= then have."
        )
