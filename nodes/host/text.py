"""The text encoder: prompts as CONDITIONING, at least one entry a level."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ...zoomstack.scene.between.written import Between
from ..conditioning.mix import mixed
from ..conditioning.tags import tagged
from .jobs import check_interrupted, progress

Steps = tuple[float, float]
ALWAYS: Steps = (0.0, 1.0)
# Of the schedule: the host has both of two ranges at the point where they meet, so this lies a
# little before the step that begins there.
_BEFORE = 1e-5


def encode_levels(
    clip: Any,
    texts: tuple[str, ...],
    steps: Sequence[Steps] = (),
    around: str = "",
    between: Sequence[Between | None] = (),
) -> list[Any]:
    """CONDITIONING with an entry a text, tagged with its level; equal texts are encoded once.

    ``steps`` are when each text applies, as shares of the sampling, or none where all do always:
    before and after it the level has ``around`` in its place, in entries of their own. They are
    the host's ranges (its start_percent and end_percent), a step that begins at the end of one
    belongs to the next. A level that lies ``between`` two others has a mixture of what they have
    for their own, and its text is not encoded.
    """
    known: dict[str, list[Any]] = {}

    def encode(text: str) -> list[Any]:
        if text not in known:
            known[text] = clip.encode_from_tokens_scheduled(clip.tokenize(text))
        return known[text]

    entries = []
    bar = progress(len(texts))
    spread, places = steps or (ALWAYS,) * len(texts), between or (None,) * len(texts)
    for level, (text, when, place) in enumerate(zip(texts, spread, places, strict=True)):
        check_interrupted()
        if place:
            entries += tagged(_between(encode, texts, place), level, len(texts))
        else:
            for said, part in _parts(text, when, around):
                entries += tagged(_during(encode(said), part), level, len(texts))
        bar.update(1)
    return entries


def _parts(text: str, steps: Steps, around: str) -> Iterator[tuple[str, Steps]]:
    start, end = steps
    for said, first, last in ((around, 0.0, start), (text, start, end), (around, end, 1.0)):
        if first < last:
            yield said, (first, last)


def _during(conditioning: Any, when: Steps) -> Any:
    """As Conditioning (Set Timestep Range)."""
    if when == ALWAYS:
        return conditioning
    start, end = (share if share in ALWAYS else max(share - _BEFORE, 0.0) for share in when)
    timed = {"start_percent": start, "end_percent": end}
    return [[tensor, {**extra, **timed}] for tensor, extra in conditioning]


def _between(encode: Callable[[str], list[Any]], texts: tuple[str, ...], at: Between) -> list[Any]:
    wider, deeper = texts[at.wider], texts[at.deeper]
    return encode(wider) if wider == deeper else mixed(encode(wider), encode(deeper), at.share)
