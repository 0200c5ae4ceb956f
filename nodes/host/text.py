"""The text encoder: prompts as CONDITIONING, one entry a level."""

from __future__ import annotations

from typing import Any

from ..conditioning.tags import tagged
from .jobs import check_interrupted, progress


def encode_levels(clip: Any, texts: tuple[str, ...]) -> list[Any]:
    """CONDITIONING with one entry a text, tagged with its level; equal texts are encoded once."""
    known: dict[str, list[Any]] = {}
    entries = []
    bar = progress(len(texts))
    for level, text in enumerate(texts):
        check_interrupted()
        if text not in known:
            known[text] = clip.encode_from_tokens_scheduled(clip.tokenize(text))
        entries += tagged(known[text], level, len(texts))
        bar.update(1)
    return entries
