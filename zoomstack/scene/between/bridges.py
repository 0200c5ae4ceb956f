"""Levels between two lines of a ladder that lie too far from each other."""

from __future__ import annotations

import math
from itertools import pairwise

from ..geometry import Geometry
from ..ladder import MOST_LEVELS, Ladder, joined
from ..settings import PLAIN, Settings
from .places import between
from .steps import check_largest, steps_between
from .written import Flags


def bridged(ladder: Ladder, largest_step: float) -> Ladder:
    """The ladder with levels put between lines, so that no step is above ``largest_step``.

    Every line's level lies where it lay: between two of them frames shrink towards the point that
    the whole step leaves in its place. A step is split as ``steps_between`` has it, also that of a
    ring from its last line to its first. A new level's prompt is both lines', "A, B", and so is its
    negative where they differ; its own settings are plain. 0 is the ladder as it is.

    To be called before a prefix and a suffix are put around prompts (``dressed``), and once.

    Raises ``ValueError`` for a largest step under 1.25, and where that makes more levels than a
    ladder may have.
    """
    if largest_step == 0:
        return ladder
    check_largest(largest_step)
    steps = [steps_between(zoom, largest_step) for zoom in ladder.zooms]
    _check_count(ladder, largest_step, ladder.levels + sum(map(len, steps)) - len(steps))
    g = Geometry(1, 1, ladder.zooms, ladder.focus, ladder.closed)
    zooms, focus = [], []
    for (pair, step), split in zip(zip(g.neighbours, g.zooms, strict=True), steps, strict=True):
        here = g.focus[pair[0]]
        if len(split) == 1:  # as it was written, even if it is less than new levels may lie apart
            zooms.append(step)
            focus.append(here)
            continue
        factors, points = between(step, here, len(split) - 1, split[:-1], pair=pair)
        zooms += factors
        focus += points
    new = [len(split) - 1 for split in steps] + [0] * (not ladder.closed)
    return ladder._replace(
        prompts=_filled(ladder.prompts, new),
        negatives=_filled(ladder.negatives, new),
        zooms=tuple(zooms),
        focus=tuple(focus),
        settings=_spread(ladder.settings, new),
        bridges=_flags(new),
    )


def both(a: str, b: str) -> str:
    """One prompt of two: "A, B"; one of them where it says what the other says, too."""
    if a == b or b in a.split(", "):
        return a
    return b if a in b.split(", ") else joined(a.rstrip(" .;"), b)


def _filled(texts: tuple[str, ...], new: list[int]) -> tuple[str, ...]:
    """Texts with ``new[i]`` of text i's and the next one's behind text i; the first follows the
    last."""
    pairs = zip(pairwise((*texts, texts[0])), new, strict=True)
    return tuple(text for (a, b), count in pairs for text in (a, *(both(a, b),) * count))


def _spread(settings: tuple[Settings, ...], new: list[int]) -> tuple[Settings, ...]:
    pairs = zip(settings, new, strict=True) if settings else ()
    return tuple(one for own, count in pairs for one in (own, *(PLAIN,) * count))


def _flags(new: list[int]) -> Flags:
    flags = tuple(flag for count in new for flag in (False, *(True,) * count))
    return flags if any(flags) else ()


def _check_count(ladder: Ladder, largest: float, levels: int) -> None:
    if levels > MOST_LEVELS:
        # Of each step less than one level is lost by rounding.
        log = sum(map(math.log, ladder.zooms)) / max(1, MOST_LEVELS - ladder.levels)
        raise ValueError(
            f"With a largest_step of {largest:g} this ladder would have {levels} levels; it may "
            f"have up to {MOST_LEVELS}. Set largest_step to 0 or to {math.exp(log):.3g}, or write "
            "fewer lines."
        )
