"""Where new levels lie: frames between a level and a deeper one, and numbers given for some."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..geometry import MIDDLE, TOUCH, check_child

Point = tuple[float, float]
Places = tuple[tuple[float, ...], tuple[Point, ...]]
"""Zoom factors and focus, one of each a step."""

# Below this a level hardly differs from the next, and lifts amplify what is rough (``spaces``).
LEAST = 1.1


def between(
    zoom: float,
    focus: Point,
    count: int,
    zooms: Sequence[float] | None = None,
    points: Sequence[Point] | None = None,
    pair: tuple[int, int] = (0, 1),
) -> Places:
    """``count + 1`` steps that together place a level as the one step (``zoom``, ``focus``) did.

    ``zooms`` holds a factor for each of the ``count`` levels between, ``points`` a focus for each;
    the last step is what is left. By default all factors are equal, and every frame shrinks towards
    the one point that the whole step leaves where it is: so each lies inside the one above.
    ``pair`` is what lies at either end, for the words of errors.

    Raises ``ValueError`` where a factor would be under 1.1, or a frame leave the one above it.
    """
    factors = _factors(zoom, count, zooms, pair)
    _check_count(points, count, "focus points")
    # What is left of the way, as the level that was reached last sees it.
    rest, (x, y) = zoom, focus
    placed: list[Point] = []
    for step, factor in enumerate(factors[:-1]):
        here = points[step] if points else (_kept(x, rest, factor), _kept(y, rest, factor))
        check_child(pair[0] + 1 + step, factor, *here)
        rest /= factor
        x, y = (_seen(at, middle, factor) for at, middle in zip((x, y), here, strict=True))
        placed.append(here)
        _check_shown(rest, (x, y), pair, step + 1)
    return factors, (*placed, (x, y))


def _factors(
    zoom: float, count: int, zooms: Sequence[float] | None, pair: tuple[int, int]
) -> tuple[float, ...]:
    _check_count(zooms, count, "zoom factors")
    given = tuple(map(float, zooms)) if zooms else (zoom ** (1 / (count + 1)),) * count
    factors = (*given, zoom / math.prod(given))
    # Not the other way round: a factor that is no number is not over the least one.
    if not all(factor >= LEAST for factor in factors):
        most = math.floor(math.log(zoom) / math.log(LEAST) + 1e-9) - 1
        fits = "no level fits there" if most < 1 else f"{_count(most)} of equal factors would fit"
        raise ValueError(
            f"Between levels {pair[0]} and {pair[1]} the zoom factor is {zoom:.4g}; "
            f"{_count(count)} there would make a step of {min(factors):.4g}, and none may be under "
            f"{LEAST}: {fits}."
        )
    return factors


def _count(levels: int) -> str:
    return f"{levels} level{'' if levels == 1 else 's'}"


def _kept(focus: float, zoom: float, factor: float) -> float:
    """The focus of a frame 1/factor wide around the point that the step (zoom, focus) keeps."""
    still = min(max((focus - 0.5 / zoom) / (1 - 1 / zoom), 0.0), 1.0)
    return still * (1 - 1 / factor) + 0.5 / factor


def _seen(at: float, middle: float, factor: float) -> float:
    """A point of a level as the frame around ``middle`` has it."""
    return (at - middle) * factor + 0.5


def _check_shown(zoom: float, focus: Point, pair: tuple[int, int], step: int) -> None:
    """Raise ``ValueError`` unless new level ``step`` shows all of the level at the end."""
    reach = 0.5 / zoom
    if not all(reach - TOUCH <= at <= 1 - reach + TOUCH for at in focus):
        raise ValueError(
            f"New level {step} below level {pair[0]} would show only a part of level {pair[1]}, "
            f"whose middle lies at ({focus[0]:.4g}, {focus[1]:.4g}) of it and must lie from "
            f"{reach:.4g} to {1 - reach:.4g}; move its focus towards that level, or take a smaller "
            "zoom factor."
        )


def _check_count(given: Sequence[object] | None, count: int, name: str) -> None:
    if given is not None and len(given) != count:
        raise ValueError(
            f"{len(given)} {name} are given for {count} new levels; give one for each, or none."
        )


def factors_of(zooms: float | Sequence[float], count: int) -> tuple[float, ...]:
    """A factor for each of ``count`` new levels, from one for all or from as many."""
    if isinstance(zooms, (int, float)):
        return (float(zooms),) * count
    _check_count(zooms, count, "zoom factors")
    return tuple(float(zoom) for zoom in zooms)


def points_of(focus: Point | Sequence[Point] | None, count: int, at: int) -> tuple[Point, ...]:
    """A focus for each of ``count`` new levels: as many, or one point for step ``at``.

    The others lie in the middle.
    """
    if focus is None or not len(focus):
        return (MIDDLE,) * count
    first = focus[0]
    if isinstance(first, (int, float)):
        x, y = focus  # type: ignore[misc]
        placed = [MIDDLE] * count
        placed[at] = (float(x), float(y))  # type: ignore[arg-type]
        return tuple(placed)
    _check_count(focus, count, "focus points")
    return tuple((float(x), float(y)) for x, y in focus)  # type: ignore[misc]
