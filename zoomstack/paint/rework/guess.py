"""What new levels are likely to look like: as much as the levels around them know."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from ...joint.matched import matched
from ...linear.precision import working
from ...scene.geometry import Geometry
from ...spaces.pairs import patch
from ...spaces.plain import plain_space
from ..inward import closer
from ..outward import Outpainting, widened


def guessed(pictures: Iterable[Tensor | None], geometry: Geometry) -> Tensor:
    """All levels (N, C, H, W) in [0, 1] of those that are there (C, H, W), None for the others.

    Below a level that is there a new one is its frame, enlarged, and shrinks to it again; above all
    of them it is the next deeper one with its own mirror image around it. Where it sees a deeper
    level that is there it shows it. At least one level is there.
    """
    found = list(pictures)
    new = [level for level, picture in enumerate(found) if picture is None]
    first = next(level for level, picture in enumerate(found) if picture is not None)
    for level in range(first + 1, len(found)):
        if found[level] is None:
            found[level] = _inside(_there(found, level - 1), geometry, level)
    for level in reversed(range(first)):
        found[level] = _around(_there(found, level + 1), geometry, level)
    levels = torch.stack([_there(found, level) for level in range(len(found))])
    for parent, child in reversed(geometry.neighbours):
        link = plain_space(geometry).link(parent, child) if parent in new else None
        if link is not None:
            shown = link.shrink(working(levels[child])).to(levels.dtype)
            patch(levels[parent], link)[...] = shown
    return levels


def _inside(outer: Tensor, geometry: Geometry, level: int) -> Tensor:
    """Level ``level``, of which ``outer`` above it shows as much as it can."""
    parent = working(outer)
    near = closer(parent, geometry.placement(level - 1, level))
    link = plain_space(geometry).link(level - 1, level)
    agreed = near if link is None else matched(near, patch(parent, link), link)
    return agreed.to(outer.dtype)


def _around(inner: Tensor, geometry: Geometry, level: int) -> Tensor:
    """Level ``level`` with ``inner`` in it and mirrored around it, at the level's own size."""
    how = Outpainting(method="direct", canvas="level")
    return widened(inner, geometry, level, lambda picture, mask, at: picture, how).to(inner.dtype)


def _there(found: list[Tensor | None], level: int) -> Tensor:
    picture = found[level]
    assert picture is not None
    return picture
