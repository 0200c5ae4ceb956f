"""Levels that agree, cut to what pictures can show, and agreeing still.

What ``hold`` solves has no range: beside a bright edge it may ask for less than black, and cut off
it agrees no more. So the free levels are cut and then changed within the range until they shrink
to what they did (``joint.matched``). Where a held level is all but black or white that may take for
ever; but there its old picture is as good as the only one, and is taken where it was one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from ...joint.hold.follow import follow
from ...joint.hold.runs import Run
from ...joint.matched import matched
from ...spaces.pairs import patch
from ...spaces.plain import PlainLink, PlainSpace

CLOSE = 8e-6  # of a value: what neighbours may differ by
ROUNDS = 8
TURNS = 20  # of a ring


def ranged(
    pictures: list[Tensor],
    runs: Sequence[Run],
    held: Mapping[int, Tensor],
    space: PlainSpace,
    strict: bool,
    old: Tensor,
) -> list[Tensor]:
    """Pictures (C, H, W) as ``hold`` gives them for these ``runs``, in [0, 1].

    ``old`` (N, C, H, W) are pictures in [0, 1] that may have agreed before.
    ``strict``: those above a run stay as they were ``held``, to the bit, and the run shrinks to
    what it did. Otherwise they show what the run has become.
    """
    before = pictures
    free = {level for run in runs for level in run.levels}
    pictures = [
        picture.clamp(0, 1) if level in free else held[level]
        for level, picture in enumerate(before)
    ]
    for run in runs:
        up = None if run.parent is None else space.link(run.parent, run.levels[0])
        if strict and run.parent is not None and up is not None:
            # What the parent shows, where that can be met: where it was.
            shown = patch(pictures[run.parent], up)
            known = (shown - up.shrink(old[run.levels[0]])).abs().amax(0) <= CLOSE
            target = torch.where(known, shown, up.shrink(before[run.levels[0]]).clamp(0, 1))
            _narrow(pictures, run, up, target, known, space, old)
        else:
            _show(pictures, run, space)
    return pictures if strict else _taken_over(pictures, runs, space, held)


def _narrow(
    pictures: list[Tensor],
    run: Run,
    up: PlainLink,
    target: Tensor,
    known: Tensor,
    space: PlainSpace,
    old: Tensor,
) -> None:
    """Make a run shrink to ``target`` and agree, in place: down and up again, until both hold.

    Where the target is ``known``, (h, w), the ``old`` pictures did. Elsewhere maybe no picture
    does, and what the first attempt comes to is taken.
    """
    back = torch.zeros_like(target[:1])
    for count in range(ROUNDS):
        wanted, link = target, up
        for level, below in zip(run.levels, (*run.levels[1:], None), strict=True):
            free = _undecided(pictures[level], level, run, space)
            pictures[level] = matched(pictures[level], wanted, link, free)
            deeper = None if below is None else space.link(level, below)
            if deeper is None:
                break
            wanted, link = patch(pictures[level], deeper), deeper
        _show(pictures, run, space)
        missing = known & ((up.shrink(pictures[run.levels[0]]) - target).abs().amax(0) > CLOSE)
        if not bool(missing.any()):
            return
        back = functional.max_pool2d(torch.maximum(back, missing.to(target)), 3, 1, 1)
        _give_back(pictures, run, up, back[0], 1 - 0.5 ** (count + 1), space, old)
        target = torch.where(known, target, up.shrink(pictures[run.levels[0]]))


def _give_back(
    pictures: list[Tensor],
    run: Run,
    up: PlainLink,
    back: Tensor,
    share: float,
    space: PlainSpace,
    old: Tensor,
) -> None:
    """A share of the ``old`` pictures, in place, where the parent's patch is marked ``back``."""
    link: PlainLink | None = up
    for level, below in zip(run.levels, (*run.levels[1:], None), strict=True):
        if link is None:
            return
        seen = link.deal(back)
        pictures[level] = pictures[level].lerp(old[level], share * seen.clamp_max(1))
        link = None if below is None else space.link(level, below)
        if link is not None:
            back = patch(seen, link)


def _undecided(picture: Tensor, level: int, run: Run, space: PlainSpace) -> Tensor | None:
    """1 where no held level is shown, (H, W); None where that is everywhere."""
    link = None if run.child is None else space.link(level, run.child)
    if link is None:
        return None
    free = torch.ones_like(picture[0])
    patch(free, link)[...] = 0
    return free


def _show(pictures: list[Tensor], run: Run, space: PlainSpace) -> None:
    """Lay each level below into the one above it, in place."""
    below = (*run.levels[1:], run.child)
    for level, child in reversed([*zip(run.levels, below, strict=True)]):
        link = None if child is None else space.link(level, child)
        if child is not None and link is not None:
            pictures[level] = pictures[level].clone()
            patch(pictures[level], link)[...] = link.shrink(pictures[child])


def _taken_over(
    pictures: list[Tensor], runs: Sequence[Run], space: PlainSpace, held: Mapping[int, Tensor]
) -> list[Tensor]:
    """The held levels above each run with what it shows in them.

    In a ring they are below as well, and what they take over comes round, ever smaller.
    """
    for _ in range(TURNS):
        before = pictures[:]
        for run in runs:
            _show(pictures, run, space)
            up = None if run.parent is None else space.link(run.parent, run.levels[0])
            if run.parent is not None and up is not None:
                parent = pictures[run.parent]
                pictures[run.parent] = parent.clone()
                patch(pictures[run.parent], up)[...] = up.shrink(pictures[run.levels[0]])
                follow(pictures, parent, run.parent, space, held)
        moved = max(float((a - b).abs().max()) for a, b in zip(before, pictures, strict=True))
        if not space.geometry.closed or moved <= CLOSE / 8:
            break
    return [picture.clamp(0, 1) for picture in pictures]
