"""The text encoder: prompts as CONDITIONING, one entry a level."""

from __future__ import annotations

from typing import Any

from ..conditioning.tags import TAG
from .jobs import check_interrupted, progress


def encode_levels(clip: Any, texts: tuple[str, ...]) -> list[Any]:
    """CONDITIONING with one entry a text, tagged with its level; equal texts are encoded once."""
    known: dict[str, list[Any]] = {}
    tagged = []
    bar = progress(len(texts))
    for level, text in enumerate(texts):
        check_interrupted()
        if text not in known:
            known[text] = clip.encode_from_tokens_scheduled(clip.tokenize(text))
        tagged += [[cross_attn, {**extra, TAG: level}] for cross_attn, extra in known[text]]
        bar.update(1)
    return tagged
