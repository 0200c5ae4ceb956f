"""Zooming in by super-resolution: each level the enlarged middle of the one above, redrawn.

The baseline "super-resolution" of Wang et al. (2023), section 5.2: from the widest level inward,
with nothing that goes back outward.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from torch import Tensor

from ..joint.matched import matched
from ..linear.lens import axis, look
from ..linear.precision import working
from ..scene.geometry import Geometry, Placement
from ..spaces.pairs import patch
from ..spaces.plain import plain_space

Enlarge = Callable[[Tensor], Tensor]
"""``enlarge(picture (C, h, w)) -> (C, s h, s w)`` by any factor s."""

CONTEXT = 8  # pixels around the frame that an upscale model sees: it knows nothing of its border


def inward(
    widest: Tensor,
    geometry: Geometry,
    redraw: Callable[[Tensor, int], Tensor],
    enlarge: Enlarge | None = None,
    exact: bool = False,
) -> Iterator[Tensor]:
    """The levels below ``widest``, (C, H, W) in [0, 1], the first of ``geometry``: N - 1 pictures.

    ``redraw(picture, level)`` adds what the enlarged picture lacks. ``exact``: what it drew is then
    changed, as smoothly as its range allows, until it shrinks to what the level above shows, so
    that ``widest`` stays as it is in a scene of all of them (``joint.matched``).

    Yields level 1 first. Nothing runs until a level is asked for.
    """
    parent = widest
    for wider, level in geometry.neighbours:
        drawn = redraw(closer(parent, geometry.placement(wider, level), enlarge), level)
        link = plain_space(geometry).link(wider, level) if exact else None
        parent = drawn if link is None else matched(drawn.clamp(0, 1), patch(parent, link), link)
        yield parent


def closer(
    parent: Tensor, placements: tuple[Placement, Placement], enlarge: Enlarge | None = None
) -> Tensor:
    """The child's frame of ``parent`` (C, H, W), cut out at its exact place and enlarged to H x W.

    ``placements`` are its rows and columns. ``enlarge`` is an upscale model; without one the
    picture is resampled (Lanczos). Values are cut to [0, 1].
    """
    spans = [_span(placement) for placement in placements] if enlarge else [slice(None)] * 2
    part = working(parent)[:, spans[0], spans[1]]
    seen = working(enlarge(part)) if enlarge else part
    bands = []
    for placement, span, size, before in zip(
        placements, spans, seen.shape[-2:], part.shape[-2:], strict=True
    ):
        scale = size / before
        start = (placement.left - (span.start or 0)) * scale
        bands.append(axis(placement.size, size, start, scale / placement.zoom))
    return look(seen, *bands).clamp(0, 1).to(parent.dtype)


def _span(placement: Placement) -> slice:
    """The whole pixels of the parent that the frame touches, and some around them."""
    stop = math.ceil(placement.left + placement.size / placement.zoom) + CONTEXT
    return slice(max(0, math.floor(placement.left) - CONTEXT), min(placement.size, max(stop, 1)))
