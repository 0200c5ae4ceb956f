"""Photographs that a scene keeps to the bit: pictures that meet around them.

An anchor pulls views towards its photo, and consensus then moves them all, the photo's level too.
Pictures need not end so. With views that agree y, and the photo P at level a:

    wider    (deep to wide)   y_a = P;  y_i[M] = D y_{i+1}, and around M the step fades out
    deeper   (wide to deep)   y_i <- y_i + D^+ (y_{i-1}[M] - D y_i), within the range

A correction of level i that D shows nowhere else goes on below as it is, so neighbours that agreed
still do. Where the views showed P and agreed nothing changes: still a projection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from ..linear.precision import working
from ..scene.geometry import Geometry
from ..spaces.pairs import disagreement, pairs, patch
from ..spaces.plain import PlainSpace, plain_space
from .anchor import PhotoAnchor, check_photo
from .consensus import Consensus
from .matched import matched
from .surround import surround

SAME = 0.5 / 255  # photos that differ by less look the same on every screen


class Meeting(NamedTuple):
    """How two photos agree where the deeper one lies: peak signal-to-noise ratio in dB."""

    wider: int
    deeper: int
    decibels: float
    same: bool  # to the eye


def keep(
    views: Tensor,
    geometry: Geometry,
    anchors: Sequence[PhotoAnchor],
    consensus: Consensus | None = None,
) -> Tensor:
    """Views (N, C, H, W) in [0, 1] that agree and show photos exactly; the same shape out.

    The level of an anchor of strength 1 is its photo, to the bit; deeper levels shrink to it
    (1e-5, see ``matched``) and wider ones show it. One of less strength pulls, as in sampling. All
    other levels agree as after ``consensus``, to the last bit. When anchors start and end, and how
    they solve, counts in sampling alone.

    A level of a ring shows itself, which no photo does: there all anchors pull, and the scene
    agrees.

    Of two photos that differ where they meet the deeper one is shown, by both levels.

    Raises ``ValueError`` for two photos of one level, and for one that does not fit.
    """
    check_apart(anchors)
    consensus = consensus or Consensus(values=(0.0, 1.0))
    space = plain_space(geometry)
    pulled = views
    for anchor in anchors:
        if anchor.strength < 1 or geometry.closed:
            pulled = anchor(pulled, space)
        else:
            check_photo(anchor.photo, anchor.level, views)
    whole = [] if geometry.closed else [a for a in anchors if a.strength == 1]
    exact = {anchor.level: anchor.photo.to(working(views)) for anchor in whole}
    photos = _settled(exact, space, consensus.feather)
    pictures = list(consensus(_shown(working(pulled), photos, space), space).unbind())
    if photos:
        _surround(pictures, photos, space, consensus.feather)
        _follow(pictures, photos, space)
    return torch.stack(pictures).to(views.dtype)


def meetings(anchors: Sequence[PhotoAnchor], geometry: Geometry) -> list[Meeting]:
    """How each photo agrees with the next deeper one, where a pixel shows it."""
    space, ordered = plain_space(geometry), sorted(anchors, key=lambda anchor: anchor.level)
    found = []
    for wide, deep in zip(ordered[:-1], ordered[1:], strict=True):
        link = space.link(wide.level, deep.level)
        if link is not None:
            difference = disagreement(wide.photo, deep.photo, link)
            error = float(-10 * torch.log10(difference.square().mean()))
            same = bool(difference.abs().max() <= SAME)
            found.append(Meeting(wide.level, deep.level, error, same))
    return found


def kept(views: Tensor, anchors: Sequence[PhotoAnchor]) -> list[float]:
    """How well each anchor's level shows its photo: peak signal-to-noise ratio in dB."""
    return [
        float(-10 * torch.log10((views[a.level] - a.photo.to(views)).square().mean()))
        for a in anchors
    ]


def check_apart(anchors: Sequence[PhotoAnchor]) -> None:
    """Raise ``ValueError`` where a level has two photos."""
    levels = [anchor.level for anchor in anchors]
    for level in levels:
        if levels.count(level) > 1:
            raise ValueError(
                f"Level {level} has {levels.count(level)} photos, and can be only one of them; "
                "give each anchor a level of its own."
            )


def _settled(photos: Mapping[int, Tensor], space: PlainSpace, feather: float) -> dict[int, Tensor]:
    """The photos, each as it is but where a deeper one that differs lies in it."""
    settled: dict[int, Tensor] = {}
    for level in sorted(photos, reverse=True):
        photo, deeper = photos[level], min(settled, default=None)
        link = None if deeper is None else space.link(level, deeper)
        if deeper is not None and link is not None:
            inner = settled[deeper]
            if disagreement(photo, inner, link).abs().max() > SAME:
                photo = surround(
                    photo, inner, link, space.geometry.placement(level, deeper), feather
                )
        settled[level] = photo
    return settled


def _shown(views: Tensor, photos: Mapping[int, Tensor], space: PlainSpace) -> Tensor:
    """The views with the photos in them, wherever they lie: what consensus is to start from."""
    shown = views.clone()
    for level, photo in sorted(photos.items()):
        shown[level] = photo
        for wider in range(level):
            link = None if wider in photos else space.link(wider, level)
            if link is not None:
                patch(shown[wider], link)[...] = link.shrink(photo)
    return shown


def _surround(
    pictures: list[Tensor], photos: Mapping[int, Tensor], space: PlainSpace, feather: float
) -> None:
    """Lay the photos into all levels that are wider, in place."""
    for level in range(max(photos), -1, -1):
        link = None if level in photos else space.link(level, level + 1)
        if level in photos:
            pictures[level] = photos[level]
        elif link is not None:
            frame = space.geometry.placement(level, level + 1)
            pictures[level] = surround(pictures[level], pictures[level + 1], link, frame, feather)


def _follow(pictures: list[Tensor], photos: Mapping[int, Tensor], space: PlainSpace) -> None:
    """Make the levels below the widest photo shrink to it, in place; they agree with each other."""
    first = min(photos)
    for parent, child in space.geometry.neighbours:
        link = space.link(parent, child)
        if parent >= first and child not in photos and link is not None:
            target, free = (
                patch(pictures[parent], link),
                _free(pictures[child], child, photos, space),
            )
            pictures[child] = matched(pictures[child], target, link, free)
    for parent, child, link in reversed([*pairs(space)]):
        if parent > first and parent not in photos and link is not None:
            pictures[parent] = pictures[parent].clone()
            patch(pictures[parent], link)[...] = link.shrink(pictures[child])


def _free(
    picture: Tensor, level: int, photos: Mapping[int, Tensor], space: PlainSpace
) -> Tensor | None:
    """1 where a level may change and 0 where it shows a deeper photo; None where it shows none."""
    deeper = min((other for other in photos if other > level), default=None)
    link = None if deeper is None else space.link(level, deeper)
    if link is None:
        return None
    free = torch.ones_like(picture[0])
    patch(free, link)[...] = 0
    return free
