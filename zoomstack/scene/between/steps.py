"""Which smaller factors a zoom factor is made of."""

from __future__ import annotations

import math
from collections.abc import Iterator

from .places import LEAST

SMALLEST = 1.25  # of largest steps: half of the way, in log magnification, is still over LEAST
WHOLE_TO = 10**6  # up to here a whole factor is taken apart into whole ones
NEAR = 1e-9  # what rounding does to a product of factors


def steps_between(zoom: float, largest: float) -> tuple[float, ...]:
    """The factors, none above ``largest``, that ``zoom`` is the product of; itself where it fits.

    As few as can be. Among so many, those with the most whole ones, 2 or more, for which operators
    between levels are fitted best; among these the most even. What whole factors leave of a factor
    is shared evenly, and comes last: 8 with 2 is 2 x 2 x 2, 6 with 3 is 2 x 3, 10 with 3 is 2 x 2 x
    2.5. Where no whole one leaves a step of 1.1 or more, all are the same root.

    Raises ``ValueError`` for a ``zoom`` that is not over 1 and a ``largest`` under 1.25.
    """
    if not (math.isfinite(zoom) and zoom > 1):
        raise ValueError(f"A zoom factor of {zoom:g} has no steps; it must be over 1, such as 10.")
    check_largest(largest)
    count = max(1, math.ceil(math.log(zoom) / math.log(largest) - NEAR))
    if count == 1:
        return (zoom,)
    ways = [*_whole(zoom, count, largest), *_mixed(zoom, count, largest)]
    return min(ways, key=_rank)


def check_largest(largest: float) -> None:
    """Raise ``ValueError`` for a largest step that would make steps too small to be levels."""
    if not (math.isfinite(largest) and largest >= SMALLEST):
        raise ValueError(
            f"largest_step is {largest:g}; steps of under {SMALLEST} hardly differ from one level "
            "to the next. Set it to 0 for no levels between, or to 2."
        )


def _rank(steps: tuple[float, ...]) -> tuple[int, float]:
    """What comes first is better: few steps that are not whole, then even ones."""
    return sum(step != int(step) for step in steps), max(steps) / min(steps)


def _whole(zoom: float, count: int, largest: float) -> Iterator[tuple[float, ...]]:
    """All ways to take a whole ``zoom`` apart into ``count`` whole factors, each in order."""
    if zoom == int(zoom) and zoom <= WHOLE_TO:
        for steps in _products(int(zoom), count, 2, largest * (1 + NEAR)):
            yield tuple(map(float, steps))


def _products(of: int, count: int, least: int, largest: float) -> Iterator[tuple[int, ...]]:
    if count == 1:
        if least <= of <= largest:
            yield (of,)
        return
    step = least
    while step**count <= of:
        if of % step == 0:
            for rest in _products(of // step, count - 1, step, largest):
                yield (step, *rest)
        step += 1


def _mixed(zoom: float, count: int, largest: float) -> Iterator[tuple[float, ...]]:
    """As many whole factors as leave steps large enough, near the mean; and equal roots alone."""
    low = max(2, math.floor(zoom ** (1 / count) + NEAR))
    high = low + 1 if low + 1 <= largest * (1 + NEAR) else low
    for whole in range(count - 1 if low <= largest else 0, -1, -1):
        found = []
        for higher in range(whole + 1 if high > low else 1):
            wholes = (float(low),) * (whole - higher) + (float(high),) * higher
            rest = (zoom / math.prod(wholes)) ** (1 / (count - whole))
            # Equal roots are the last resort, whatever they are.
            if whole == 0 or LEAST <= rest <= largest * (1 + NEAR):
                found.append((*wholes, *(rest,) * (count - whole)))
        if found:
            yield from found
            return
