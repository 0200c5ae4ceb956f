"""What is to be said of pictures that were aligned: of each whatever is not as it should be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from torch import Tensor

from ...linear.sizes import Size
from .bring import Stance, aspect, same_aspect
from .chain import Found, zooms
from .match import Match

EVEN, POWER = 0.12, 0.04  # of a factor's logarithm: factors within are alike, or its power
DOUBTED = 0.6  # confidence below which a pair is named


class Seen(NamedTuple):
    """What was found of pictures: the levels, widest first, the matches of these, and the rest."""

    order: list[int]
    matches: list[Match]
    found: Found  # every sure match, by (wider, deeper)
    same: Mapping[int, int]  # pictures that show what another one does, with that one
    flat: Sequence[int]
    stances: Mapping[int, Stance]  # of those that were not upright


def said(seen: Seen, given: Sequence[Tensor], size: Size, names: Sequence[str]) -> Iterator[str]:
    """A line for each thing that is wrong, which names the pictures concerned."""
    yield from _order(seen, names)
    for one in seen.flat:
        yield f"{names[one]} is flat: nothing is seen in it, so it was left out"
    for one, first in seen.same.items():
        yield f"{names[one]} shows the same view as {names[first]}: it was left out"
    for one, stance in seen.stances.items():
        yield f"{names[one]} is {_laid(stance)} against the others: it was put right"
    for one, picture in enumerate(given):
        squeezed = one in seen.stances and seen.stances[one].squeezed
        upright = picture.shape[-2:]
        if one in seen.stances and seen.stances[one].turns % 2:
            upright = (upright[1], upright[0])
        if not same_aspect(upright, size) and not squeezed:
            yield (
                f"{names[one]} has another aspect, {aspect(upright):.3g} instead of "
                f"{aspect(size):.3g}: its middle was taken"
            )
    yield from _left_out(seen, names)
    yield from _missing(seen, names)
    for (wide, deep), match in zip(_pairs(seen), seen.matches, strict=True):
        if match.confidence < DOUBTED:
            yield (
                f"{names[deep]} lies in {names[wide]} by little to go on (confidence "
                f"{match.confidence:.2f}): look at this pair"
            )


def _order(seen: Seen, names: Sequence[str]) -> Iterator[str]:
    order = seen.order
    if len(order) < 2:
        yield (
            "not a zoom: no picture was found in another one, which may be up to 16 times wider"
            if len(names) > 1
            else "not a zoom: there is one picture"
        )
    elif order == sorted(order, reverse=True):
        yield "the pictures were given deepest first"
    elif order != sorted(order):
        yield f"the pictures were given in another order: it is {_list(order, names)}"


def _laid(stance: Stance) -> str:
    if stance.squeezed:
        return "squeezed"
    # Turning it back goes the other way than it was turned.
    turned = {0: "", 1: "turned by 90 degrees clockwise", 2: "turned by 180 degrees"}
    turn = turned.get(stance.turns, "turned by 90 degrees against the clock")
    return " and ".join(filter(None, [turn, "mirrored" if stance.mirrored else ""]))


def _left_out(seen: Seen, names: Sequence[str]) -> Iterator[str]:
    """Pictures that are no level though they are neither flat nor doubled."""
    away = [
        one
        for one in range(len(names))
        if one not in {*seen.order, *seen.flat, *seen.same} and len(seen.order) > 1
    ]
    pairs = {pair for pair, match in seen.found.items() if zooms(match)}
    among = {one for pair in pairs if {*pair} <= {*away} for one in pair}
    if among:
        yield (
            f"{_list(sorted(among), names)} lie in each other but not in the rest: a picture "
            "between is missing, or they are another zoom; they were left out"
        )
    for one in sorted({*away} - among):
        near = sorted({*seen.order} & {each for pair in pairs if one in pair for each in pair})
        yield (
            f"{names[one]} goes with {_list(near, names)} but not with the others: it was left out"
            if near
            else f"{names[one]} shows nothing of the others, nor they of it: it was left out"
        )


def _missing(seen: Seen, names: Sequence[str]) -> Iterator[str]:
    """Pairs whose factor is a power of what the others have in common."""
    octaves = [math.log2(match.zoom) for match in seen.matches]
    if len(octaves) < 3:
        return
    common = median(octaves)
    even = [each for each in octaves if abs(each - common) < EVEN * common]
    if 2 * len(even) <= len(octaves):
        return
    for (wide, deep), each in zip(_pairs(seen), octaves, strict=True):
        times = round(each / common)
        if times > 1 and abs(each / (times * common) - 1) < POWER:
            gap = "a picture is" if times == 2 else f"{times - 1} pictures are"
            yield (
                f"{gap} missing between {names[wide]} and {names[deep]}: the factor is "
                f"{2**each:.3g}, where the others have {2**common:.3g}"
            )


def _pairs(seen: Seen) -> list[tuple[int, int]]:
    return list(zip(seen.order, seen.order[1:], strict=False))


def _list(numbers: Sequence[int], names: Sequence[str]) -> str:
    return ", ".join(names[number] for number in numbers)
