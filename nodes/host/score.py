"""How well pictures show a prompt, by CLIP."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def prompt_fit(clip_vision: Any, conditioning: Any, pictures: Tensor) -> Tensor:
    """The cosine, (B,), of pictures (B, 3, H, W) in [0, 1] with an encoded prompt.

    Raises ``ValueError`` where the text encoder does not belong to the vision model.
    """
    texts = [extra.get("pooled_output") for _, extra in conditioning]
    seen = clip_vision.encode_image(pictures.movedim(1, -1))["image_embeds"].float()
    fitting = [text for text in texts if text is not None and text.shape[-1] == seen.shape[-1]]
    if not fitting:
        widths = ", ".join("none" if t is None else str(t.shape[-1]) for t in texts)
        raise ValueError(
            f"CLIP scores need a prompt of {seen.shape[-1]} numbers, as this CLIP vision model "
            f"makes, but the conditioning's has {widths}. Encode the prompt with the text encoder "
            "that belongs to the vision model and connect it to score_prompt, or disconnect "
            "clip_vision."
        )
    text = fitting[0].to(seen).reshape(-1, seen.shape[-1])[:1]
    return torch.cosine_similarity(seen, text, dim=-1)
