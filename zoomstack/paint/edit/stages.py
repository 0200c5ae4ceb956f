"""Where an edit happens and at which sizes: the crop around the mask, and its stages.

Ackermann and Li (2022), appendix A.2.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...linear.sizes import Size, resized
from ...spaces.space import Window


def crop_around(mask: Tensor, margin: float) -> Window | None:
    """The square around what ``mask`` (H, W) marks, with ``margin`` of its side all around.

    ``margin`` is a share of the longer side of the marked region. The square is moved into the
    picture where it reaches beyond it, and cut where it is larger. None where nothing is marked.
    """
    if margin < 0:
        raise ValueError(f"The margin is a share of the masked region, 0 or more, not {margin:g}.")
    rows, columns = ((mask > 0).any(1 - axis).nonzero().flatten() for axis in (0, 1))
    if not len(rows):
        return None
    spans = [(int(at[0]), int(at[-1]) + 1) for at in (rows, columns)]
    side = math.ceil(max(stop - start for start, stop in spans) * (1 + 2 * margin))
    (top, left) = (_placed(span, side, size) for span, size in zip(spans, mask.shape, strict=True))
    return top, left


def _placed(span: tuple[int, int], side: int, size: int) -> slice:
    side = min(side, size)
    start = min(max((span[0] + span[1] - side) // 2, 0), size - side)
    return slice(start, start + side)


def stage_sizes(size: Size, native: int, segment: int) -> list[Size]:
    """The sizes that an edit of a crop of ``size`` goes through, the first at ``native`` pixels.

    The longer side has ``native`` pixels first (the size that the model was made for), then
    ``segment``, then the crop's own; stages that do not enlarge are left out. The paper takes 512,
    768 and the picture's. A crop smaller than ``native`` has that one stage only.
    """
    longer = max(size)
    sides = [native, *(side for side in (segment,) if native < side < longer)]
    sizes = [(_scaled(size[0], s / longer), _scaled(size[1], s / longer)) for s in sides]
    return [*sizes, size] if longer > native else sizes


def _scaled(length: int, scale: float) -> int:
    return max(1, round(length * scale))


def low_pass(picture: Tensor, resolution: Size) -> Tensor:
    """``picture`` (C, H, W) with no more detail than one of ``resolution``; the same shape.

    Ackermann and Li (2022), appendix A.2: shrunk and enlarged again, bilinearly. Differs from
    it: shrunk without aliasing, which would put back detail that the edit cannot have.
    """
    return resized(resized(picture, resolution), (picture.shape[-2], picture.shape[-1]))


def stage_input(
    edit: Tensor, picture: Tensor, mask: Tensor, before: Size, filtered: bool = True
) -> Tensor:
    """What a later stage starts from, (C, H, W): the enlarged ``edit`` inside the mask (H, W),
    outside of it ``picture`` as sharp as the stage before, of size ``before``, could show it.

    Ackermann and Li (2022), Alg. 1, line 24. Without the filter (``filtered`` False, their
    ablation) a model tends to leave the edit soft: next to a sharp background it looks as if it
    were out of focus.
    """
    background = low_pass(picture, before) if filtered else picture
    return torch.lerp(background, edit, mask.expand_as(edit))
