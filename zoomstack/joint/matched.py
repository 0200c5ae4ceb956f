"""A picture changed until it shrinks to a given patch exactly, its values still from 0 to 1.

``Link.lift`` is exact and smooth, but it overshoots: beside a bright edge it asks for less than
black. Here the change is spread smoothly and cut to the range, a few times, and what is missing
then is dealt out by the room that is left: where a pixel of the patch must become brighter, all
that it sees goes the same share of its way to white; where darker, to black. Where the patch's
pixels see whole pixels that is exact at once, and it never leaves the range.
"""

from __future__ import annotations

from torch import Tensor

from ..spaces.plain import PlainLink

CLOSE = 4e-6  # of a value: a thousandth of what a screen shows
SMOOTH = 4  # rounds that spread the change
# Where the patch's pixels share some of what they see, each round leaves a part of what is missing;
# one that gains less than a thousandth has come to what no picture can show.
ROUNDS = 200
STALLED = 0.999
NOTHING = 1e-12


def matched(picture: Tensor, target: Tensor, link: PlainLink, free: Tensor | None = None) -> Tensor:
    """The picture (C, H, W) in [0, 1] that shrinks to ``target``, a patch of values in [0, 1].

    As it is where it does already; else changed as smoothly as its range allows. ``free`` (H, W) is
    1 where it may change and 0 where it may not.

    Exact (4e-6) where the frame lies on whole pixels of both levels. Elsewhere two pixels of the
    patch may share one that they see, and where one of them is nearly black and the other nearly
    white no picture shrinks to both: then as near as there is one.
    """
    before = float("inf")
    for done in range(SMOOTH + ROUNDS):
        missing = target - link.shrink(picture)
        now = float(missing.square().mean())
        if float(missing.abs().max()) <= CLOSE or (done > SMOOTH and now > STALLED * before):
            break
        before = now
        change = link.spread(missing) if done < SMOOTH else _dealt(missing, picture, link, free)
        picture = (picture + (change if free is None else free * change)).clamp(0, 1)
    return picture


def _dealt(missing: Tensor, picture: Tensor, link: PlainLink, free: Tensor | None) -> Tensor:
    """What brings the patch what is missing, as a share of each pixel's room."""
    up, down = 1 - picture, picture
    if free is not None:
        up, down = free * up, free * down
    return _share(missing, up, link) * up - _share(-missing, down, link) * down


def _share(missing: Tensor, room: Tensor, link: PlainLink) -> Tensor:
    """How far, 0 to 1, each pixel goes of its room, so that the patch gains what is missing."""
    wanted = missing.clamp_min(0)
    return link.deal((wanted / link.shrink(room).clamp_min(NOTHING)).clamp_max(1))
