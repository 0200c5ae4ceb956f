"""The level groups of a step dealt to several hands, which work at once: devices with a copy each.

No hand is left idle while another has two levels that could be one each; how many levels a call
takes is each hand's own. With the same levels the deal is the same at every step, so that whatever
a hand keeps of a level it is asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .levels import Conds, Group, Router, Rows


class Hand(NamedTuple):
    """What one hand can do: how fast it is, beside the others, and levels that a call takes."""

    speed: float
    most: int


def fair(levels: int, hands: int) -> int:
    """The most levels that one call may have, for every hand to have a call."""
    return -(-levels // hands)


def deal_levels(
    router: Router,
    hands: Sequence[Hand],
    most: int,
    asked: Sequence[tuple[Rows, Conds]],
    sigma: Callable[[], float],
) -> list[list[Group]]:
    """The calls of each hand, none with more than ``most`` levels; ``asked`` as for one device.

    Levels that fit together stay together, as long as every hand has something to do.
    """
    whole: list[tuple[Group, Conds]] = []
    for rows, conds in asked:
        limit = min(fair(len(rows), len(hands)), most, max(hand.most for hand in hands))
        whole += [(group, conds) for group in router.groups(conds, limit, rows, sigma)]
    dealt = deal([_work(group) for group, _ in whole], [hand.speed for hand in hands])
    calls: list[list[Group]] = []
    for hand, own in zip(hands, dealt, strict=True):
        calls.append([])
        for group, conds in (whole[index] for index in own):
            smaller = len(group.levels) > hand.most
            calls[-1] += (
                router.groups(conds, hand.most, group.levels, sigma) if smaller else [group]
            )
    return calls


def deal(work: Sequence[float], speeds: Sequence[float]) -> list[list[int]]:
    """Which pieces of ``work`` each hand takes, in their order.

    The largest first, each by whoever is done with it first (Graham 1969): at most a third over the
    shortest time there is, for hands that are alike.
    """
    until = [0.0] * len(speeds)
    taken: list[list[int]] = [[] for _ in speeds]
    for piece in sorted(range(len(work)), key=lambda piece: -work[piece]):
        done = [time + work[piece] / speed for time, speed in zip(until, speeds, strict=True)]
        hand = done.index(min(done))
        until[hand] = done[hand]
        taken[hand].append(piece)
    return [sorted(pieces) for pieces in taken]


def _work(group: Group) -> int:
    """Rows that the model is asked for: of each level, one an entry."""
    return len(group.levels) * sum(len(entries or []) for entries in group.conds)
