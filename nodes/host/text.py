"""The text encoder: prompts as CONDITIONING, one entry a level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...zoomstack.scene.written import Between
from ..conditioning.mix import mixed
from ..conditioning.tags import tagged
from .jobs import check_interrupted, progress


def encode_levels(
    clip: Any, texts: tuple[str, ...], between: Sequence[Between | None] = ()
) -> list[Any]:
    """CONDITIONING with one entry a text, tagged with its level; equal texts are encoded once.

    A level that lies ``between`` two others has a mixture of theirs for its own, and its text is
    not encoded.
    """
    places = between or (None,) * len(texts)
    wanted = [n for n, place in enumerate(places) if place is None]
    bar = progress(len(wanted))
    known: dict[str, list[Any]] = {}
    for text in (texts[level] for level in wanted):
        check_interrupted()
        if text not in known:
            known[text] = clip.encode_from_tokens_scheduled(clip.tokenize(text))
        bar.update(1)
    entries = []
    for level, (text, at) in enumerate(zip(texts, places, strict=True)):
        own = known[text] if at is None else _between(known, texts, at)
        entries += tagged(own, level, len(texts))
    return entries


def _between(known: dict[str, list[Any]], texts: tuple[str, ...], at: Between) -> list[Any]:
    wider, deeper = texts[at.wider], texts[at.deeper]
    return known[wider] if wider == deeper else mixed(known[wider], known[deeper], at.share)
