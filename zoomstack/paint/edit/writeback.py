"""An edit of one level, written back into every level that sees it."""

from __future__ import annotations

import torch
from torch import Tensor

from ...linear.precision import working
from ...scene.checks import check_levels
from ...scene.geometry import Geometry
from ...spaces.pairs import pairs, patch, rising
from ...spaces.plain import plain_space
from ...spaces.space import Link
from ..canvas import laid_over


def write_back(
    stack: Tensor, geometry: Geometry, level: int, edited: Tensor, mask: Tensor
) -> Tensor:
    """``stack`` (N, C, H, W) whose level ``level`` is ``edited`` (C, H, W) where ``mask`` (H, W),
    0 to 1, is over 0; the same shape out.

    The deeper levels that see the region show the edited picture enlarged there: what they showed
    is gone, and new detail is a model's work. Then, from deep to wide, each level shows the next
    one shrunk wherever a pixel of that has changed, so that neighbours agree to the last bit there.
    Everything else stays as it was, bit for bit. Raises ``ValueError`` for a level that is not in
    the stack.
    """
    check_levels(stack, geometry)
    if not 0 <= level < geometry.levels:
        raise ValueError(
            f"The edit is for level {level} but the stack has {geometry.levels} levels; set its "
            f"level from 0 to {geometry.levels - 1}."
        )
    space = plain_space(geometry)
    views = list(working(stack).clone())
    mask = mask.to(views[level])
    views[level] = laid_over(views[level], edited.to(views[level]), mask)
    touched = [torch.zeros_like(mask, dtype=torch.bool) for _ in views]
    touched[level] = mask > 0
    downward = [*pairs(space)]
    if geometry.closed:  # from the level round to the one above it
        downward = (2 * downward)[: level + geometry.levels - 1]
    for wider, deeper, link in downward[level:]:
        if link is None or not patch(touched[wider], link).any():
            break
        views[deeper], mask = _follow(views[deeper], views[wider], mask, link)
        touched[deeper] = mask > 0
    for wider, deeper, link in rising(space):
        if link is not None and touched[deeper].any():
            seen = link.shrink(touched[deeper].to(mask)) > 0
            shown, marked = patch(views[wider], link), patch(touched[wider], link)
            if geometry.closed:  # the edited level is below as well, and follows nobody
                seen |= marked
            shown[...] = torch.where(seen, link.shrink(views[deeper]), shown)
            marked |= seen
    return torch.stack(views).to(stack.dtype)


def _follow(view: Tensor, parent: Tensor, mask: Tensor, link: Link) -> tuple[Tensor, Tensor]:
    """A level where the one above has changed, and the mask of that in its own pixels.

    Only pixels that no unmarked pixel of the parent sees may change: else that one would have to.
    """
    marked, target = patch(mask, link), patch(parent, link)
    blocked = _seen_by((marked == 0).to(mask), link, view)
    inside = (link.enlarge(marked) * ~blocked).clamp(0, 1)
    followed = laid_over(view, link.enlarge(target), inside)
    missing = torch.where(marked > 0, target - link.shrink(followed), 0.0)
    lifted = (followed + link.lift(missing)).clamp(0, 1)
    return torch.where(inside > 0, lifted, view), inside


def _seen_by(patch: Tensor, link: Link, view: Tensor) -> Tensor:
    """(H, W), bool: the deeper level's pixels that marked pixels of the patch see: D^T > 0."""
    with torch.inference_mode(False), torch.enable_grad():
        probe = torch.zeros(view.shape[-2:], dtype=view.dtype, device=view.device)
        probe.requires_grad_()
        (link.shrink(probe) * patch.clone()).sum().backward()
        seen = probe.grad
    return torch.zeros_like(probe, dtype=torch.bool) if seen is None else seen > 0
