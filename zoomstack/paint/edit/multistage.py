"""Multi-stage blended diffusion: an edit made small, then enlarged and repainted in stages.

Ackermann and Li (2022), Alg. 1. The model is a callable; what it needs of the method is in a
``Stroke``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from ...linear.lens import axis, look
from ...linear.precision import working
from ...linear.sizes import Size, resized, resized_mask
from ..canvas import laid_over
from ..inward import Enlarge
from .segments import Segment, lay, segments
from .stages import crop_around, stage_input, stage_sizes


class Stroke(NamedTuple):
    """How one picture is painted."""

    strength: float  # the share of the noise schedule that it goes back to: 1 starts from noise
    resamplings: int  # RePaint: how often each step is repeated
    number: int  # of the stroke, from 0: for a seed of its own


class HasPicture(Protocol):
    """What a paint function gives back; the rest of it is for ``tuned``."""

    @property
    def picture(self) -> Tensor: ...


class Stage(NamedTuple):
    """A segment that was painted, and the picture behind it: what ``tuned`` decodes again."""

    painted: Any
    original: Tensor  # (3, H, W)
    mask: Tensor  # (H, W)


Paint = Callable[[Tensor, Tensor, Stroke], HasPicture]
"""``paint(picture (3, H, W), mask (H, W), stroke)``, blended with the picture at every step."""
Score = Callable[[Tensor], Tensor]
"""``score(pictures (B, 3, H, W)) -> (B,)``, higher is better."""
Tuned = Callable[[Sequence[Stage]], list[Tensor]]
"""Pictures (3, H, W), one a stage, of a decoder tuned to all of them."""


@dataclass(frozen=True)
class MultiStage:
    """The method's settings; see ``Paint``, ``stage_sizes`` and ``segments``.

    ``native`` is the size the model was made for, in pixels; ``candidates`` are painted there and
    the best by ``score`` goes on. ``middle`` and ``final`` are the strengths of the stage at
    ``segment`` pixels and of the last one. ``filtered`` False is the ablation of ``stage_input``.
    """

    native: int = 512
    margin: float = 0.25
    candidates: int = 5
    resamplings: int = 5
    middle: float = 0.4
    final: float = 0.25
    segment: int = 768
    overlap: int = 128
    filtered: bool = True

    def __post_init__(self) -> None:
        if self.segment < self.native:
            raise ValueError(
                f"Segments of {self.segment} pixels are smaller than the first stage of "
                f"{self.native}; make them at least as large."
            )
        segments(1, 1, self.segment, self.overlap)  # its own refusal of the overlap


class Edited(NamedTuple):
    """The edited picture (3, H, W), and the candidates (B, 3, h, w) of the first stage."""

    picture: Tensor
    candidates: Tensor


def edit(
    picture: Tensor,
    mask: Tensor,
    paint: Paint,
    how: MultiStage | None = None,
    enlarge: Enlarge | None = None,
    score: Score | None = None,
    tuned: Tuned | None = None,
) -> Edited:
    """``picture`` (3, H, W) in [0, 1], with what ``mask`` (H, W), 0 to 1, marks painted anew.

    ``enlarge`` is an upscale model, else pictures are resampled; without ``score`` the first
    candidate is the only one. Where the mask is 0 the picture stays as it is, bit for bit.
    """
    how = how or MultiStage()
    window = crop_around(mask, how.margin)
    if window is None:
        return Edited(picture, picture[None])
    original, marked = working(picture[(..., *window)]), mask[window]
    size: Size = (original.shape[-2], original.shape[-1])
    first, *later = stage_sizes(size, how.native, how.segment)
    number = how.candidates if score else 1
    candidates = []
    for k in range(number):
        stroke = Stroke(1.0, how.resamplings, k)
        start = resized(original, first)
        candidates.append(_stage(start, original, marked, paint, [stroke], how, tuned))
    pictures = torch.stack(candidates)
    best = int(score(pictures).argmax()) if score and number > 1 else 0
    current = pictures[best]
    for at in later:
        before: Size = (current.shape[-2], current.shape[-1])
        enlarged = _enlarged(current, at, enlarge)
        whole, part = resized(original, at), resized_mask(marked, at)
        start = stage_input(enlarged, whole, part, before, how.filtered)
        strength = how.final if at == later[-1] else how.middle
        tiles = segments(*at, how.segment, how.overlap)
        strokes = [Stroke(strength, 0, number + k) for k in range(len(tiles))]
        number += len(tiles)
        current = _stage(start, original, marked, paint, strokes, how, tuned)
    result = picture.clone()
    done = resized(current, size).clamp(0, 1)
    result[(..., *window)] = laid_over(picture[(..., *window)], done, marked)
    return Edited(result, pictures)


def _stage(
    start: Tensor,
    original: Tensor,
    mask: Tensor,
    paint: Paint,
    strokes: Sequence[Stroke],
    how: MultiStage,
    tuned: Tuned | None,
) -> Tensor:
    """``start`` (3, H, W) painted inside the mask, in segments, one stroke each."""
    size: Size = (start.shape[-2], start.shape[-1])
    whole, part = resized(original, size), resized_mask(mask, size)
    tiles = [Segment(slice(0, size[0]), slice(0, size[1]))]
    if len(strokes) > 1:
        tiles = segments(*size, how.segment, how.overlap)
    # Differs from the paper: segments that the mask does not touch are not painted.
    marked = [
        (tile, stroke)
        for tile, stroke in zip(tiles, strokes, strict=True)
        if part[tile.window].any()
    ]
    stages = [
        Stage(
            paint(start[(..., *tile.window)], part[tile.window], stroke),
            whole[(..., *tile.window)],
            part[tile.window],
        )
        for tile, stroke in marked
    ]
    pictures = tuned(stages) if tuned else [stage.painted.picture for stage in stages]
    canvas = start.clone()
    for (tile, _), piece in zip(marked, pictures, strict=True):
        lay(canvas, piece, tile)
    return laid_over(start, canvas, part)


def _enlarged(picture: Tensor, size: Size, enlarge: Enlarge | None) -> Tensor:
    """(3, H, W) at a larger size."""
    if enlarge is not None:
        return resized(working(enlarge(picture)), size).clamp(0, 1)
    bands = [
        axis(new, old, 0.0, old / new) for new, old in zip(size, picture.shape[1:], strict=True)
    ]
    return look(picture, *bands).clamp(0, 1)
