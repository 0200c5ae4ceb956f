"""Outpainting: a picture with more of the scene around it, all sides at once or side by side.

After the blog post "infinite zoom" (2022), which pads a picture, masks the padding and has a
Stable Diffusion inpainting model paint it. What lies under the mask leaks into what is painted,
so the padding matters: black pixels are likely to end up as a frame.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, get_args

import torch
from torch import Tensor

from ..scene.checks import check_choice

Padding = Literal["symmetric", "reflect", "colour"]
Rounds = Literal["sequential", "direct"]
Paint = Callable[[Tensor, Tensor], Tensor]
"""``paint(picture (C, H, W), mask (H, W)) -> picture``; the mask is 1 where it is to paint."""


class Margins(NamedTuple):
    """Pixels around a picture, in the order in which *sequential* paints them."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0


def sides(margins: Margins, method: Rounds) -> list[Margins]:
    """What each round of painting adds: all four sides, or one a round; empty ones are left out."""
    check_choice("method", method, get_args(Rounds))
    rounds = [margins]
    if method == "sequential":
        rounds = [Margins()._replace(**{side: n}) for side, n in margins._asdict().items()]
    return [added for added in rounds if any(added)]


def pad(
    picture: Tensor,
    margins: Margins,
    padding: Padding = "symmetric",
    colour: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Tensor:
    """(C, H, W) with ``margins`` of its own mirror image around it, or of a colour.

    ``symmetric`` repeats the border pixel, ``reflect`` does not; both go on to any width, back and
    forth. ``colour`` has a value a channel.
    """
    check_choice("padding", padding, get_args(Padding))
    height, width = picture.shape[-2:]
    left, top, right, bottom = margins
    if padding == "colour":
        plain = picture.new_tensor(colour).view(-1, 1, 1)
        padded = plain.expand(len(picture), top + height + bottom, left + width + right).clone()
        padded[:, top : top + height, left : left + width] = picture
        return padded
    rows = mirrored(torch.arange(-top, height + bottom), height, padding == "symmetric")
    columns = mirrored(torch.arange(-left, width + right), width, padding == "symmetric")
    return picture[:, rows.to(picture.device)][:, :, columns.to(picture.device)]


def mirrored(index: Tensor, size: int, twice: bool) -> Tensor:
    """The pixels, of ``size``, that a mirror at each end shows at ``index``.

    ``twice``: the mirror stands behind the border pixel, which is seen twice.
    """
    period = 2 * size if twice else max(1, 2 * size - 2)
    index = index % period
    return torch.minimum(index, period - index - (1 if twice else 0))


def mask_around(height: int, width: int, margins: Margins, feather: int = 0) -> Tensor:
    """(top + height + bottom, left + width + right): 1 on the margins, 0 on the picture.

    Over ``feather`` pixels inside the picture it falls from 1 to 0, along the sides that grow.
    """
    # Differs from the post: its right and lower masks begin a pixel late, so a line of padding
    # stays in the picture.
    rows = _along(height, margins.top, margins.bottom, feather)
    columns = _along(width, margins.left, margins.right, feather)
    return torch.maximum(rows[:, None], columns[None])


def _along(size: int, before: int, after: int, feather: int) -> Tensor:
    """One axis of the mask."""
    at = torch.arange(-before, size + after, dtype=torch.float32) + 0.5
    inside = torch.full_like(at, torch.inf)
    if before:
        inside = torch.minimum(inside, at)
    if after:
        inside = torch.minimum(inside, size - at)
    return (1 - inside / feather).clamp(0, 1) if feather else (inside < 0).float()


def outpaint(
    picture: Tensor,
    margins: Margins,
    paint: Paint,
    method: Rounds = "sequential",
    padding: Padding = "symmetric",
    colour: tuple[float, float, float] = (0.0, 0.0, 0.0),
    feather: int = 0,
) -> Tensor:
    """(C, H, W) grown by ``margins``: (C, top + H + bottom, left + W + right), values in [0, 1].

    ``direct`` paints all sides at once; ``sequential`` left, top, right, bottom, each seeing what
    was painted before. Where the mask is 0 the picture stays as it is, bit for bit.
    """
    for added in sides(margins, method):
        padded = pad(picture, added, padding, colour)
        mask = mask_around(*picture.shape[-2:], added, feather).to(padded)
        picture = laid_over(padded, paint(padded, mask), mask)
    return picture


def laid_over(picture: Tensor, painted: Tensor, mask: Tensor) -> Tensor:
    """``painted`` where the mask is 1, ``picture``, bit for bit, where it is 0."""
    # Not by the formula alone: infinity times 0 is no 0, and rounding is not always kind.
    mixed = torch.lerp(picture, painted.to(picture), mask.to(picture).expand_as(picture))
    return torch.where(mask > 0, mixed, picture)
