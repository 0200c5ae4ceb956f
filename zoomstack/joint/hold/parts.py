"""Parts of predicted levels that are held as they are while the levels meet, and followed.

Consensus moves every level. What a mask keeps cannot move, so it is put back, and the others make
up for it. With c the levels that met, y those with the kept parts put back, and d the disagreement
of neighbours:

    deeper   (wide to deep)   y_i <- y_i + D^+ (d(y) - d(c))        where y_i is free
    wider    (deep to wide)   y_i[M] <- y_i[M] - (d(y) - d(c))      where y_i is free

Neighbours then disagree as they did when they had met, not at all where D was theirs, unless both
are kept. Where what is kept has not moved nothing changes.
"""

from __future__ import annotations

from torch import Tensor

from ...linear.precision import working
from ...scene.checks import check_levels
from ...scene.geometry import Geometry
from ...spaces.pairs import disagreement, falling, patch, rising
from ...spaces.plain import as_space
from ...spaces.space import Link, Space


def hold_parts(met: Tensor, kept: Tensor, free: Tensor, geometry: Geometry | Space) -> Tensor:
    """Levels that have ``met``, with what was ``kept`` of them put back and followed.

    All (N, C, H, W); ``free`` is 1 where a level may change and 0 where it is kept, between them a
    share of either, and may have 1 channel.
    """
    space = as_space(geometry)
    check_levels(met, space.geometry)
    before, free = working(met), working(free)
    views = working(kept).lerp(before, free.expand_as(before))

    def moved(parent: int, child: int, link: Link) -> Tensor:
        now = disagreement(views[parent], views[child], link)
        return now - disagreement(before[parent], before[child], link)

    for parent, child, link in falling(space):
        if link is not None:
            views[child] += free[child] * link.lift(moved(parent, child, link))
    for parent, child, link in rising(space):
        if link is not None:
            shown, may = patch(views[parent], link), patch(free[parent], link)
            shown.sub_(may * moved(parent, child, link))
    return views.to(met.dtype)
