"""How well pictures show prompts, by CLIP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def prompt_fits(clip_vision: Any, prompts: Sequence[Any], pictures: Tensor) -> Tensor:
    """The cosines, (B, P), of pictures (B, 3, H, W) in [0, 1] with P encoded prompts.

    Raises ``ValueError`` where the text encoder does not belong to the vision model.
    """
    seen = clip_vision.encode_image(pictures.movedim(1, -1))["image_embeds"].float()
    texts = torch.stack([_text(prompt, seen.shape[-1]).to(seen) for prompt in prompts])
    return torch.cosine_similarity(seen[:, None], texts[None], dim=-1)


def _text(conditioning: Any, width: int) -> Tensor:
    """What a prompt says as a whole, (width,)."""
    texts = [extra.get("pooled_output") for _, extra in conditioning]
    for text in texts:
        if text is not None and text.shape[-1] == width:
            return text.reshape(-1, width)[0]
    widths = ", ".join("none" if t is None else str(t.shape[-1]) for t in texts)
    raise ValueError(
        f"CLIP scores need a prompt of {width} numbers, as this CLIP vision model makes, but the "
        f"conditioning's has {widths}. Encode the prompt with the text encoder that belongs to the "
        "vision model (BlendedEdit takes it as score_prompt), or disconnect clip_vision."
    )
