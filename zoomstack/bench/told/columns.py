"""The table's columns, of the findings of a row and of its reference, each a number per seed.

A mean over seeds and its standard error follow in ``table``. What is a ratio is averaged as a
logarithm, so that twice as much and half as much cancel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ...measure import colour, detail
from ...measure.detail import OCTAVES
from ..zooms.finding import Finding

Value = TypeVar("Value")
Measure = Callable[[Finding, Finding], float]
Levels = Callable[[Finding, Finding], list[float]]


@dataclass(frozen=True)
class Column:
    """``of(found, reference)`` is one seed's number, NaN where there is none.

    A ``ratio`` is given as its natural logarithm. ``digits`` are those behind the point.
    """

    name: str
    title: str
    of: Measure
    digits: int = 2
    ratio: bool = False


def prompt_right(found: Finding, reference: Finding) -> float:
    """Per cent of levels whose likeliest scale is one that the level lies at or between."""
    return 100 * _mean(_made(found, found["right"]))


def prompt_log(found: Finding, reference: Finding) -> float:
    """The mean logarithm of the probability of those scales."""
    return _mean(_made(found, found["log_probability"]))


def agreement(found: Finding, reference: Finding) -> float:
    """Mean dB over pairs of neighbours, before the last fuse, all octaves together."""
    return _mean(_met(found, found["agreement"]))


def lines_agreement(found: Finding, reference: Finding) -> float:
    """The same of the levels that are no bridges, each with the next such one."""
    return _mean(found["lines"]) if "lines" in found else math.nan


def frame(found: Finding, reference: Finding) -> float:
    return _mean([math.log(value) for value in _met(found, found["frame"])])


def film_frame(found: Finding, reference: Finding) -> float:
    return _mean([math.log(value) for value in _met(found, found["film_frame"])])


def both(found: Finding, reference: Finding) -> float:
    """Agreement x frame: the error's amplitude times the frame's, in dB; more is better.

    NaN where levels agree exactly by construction: a frame cannot make up for no error.
    """
    error = agreement(found, reference)
    return error - 20 / math.log(10) * frame(found, reference) if math.isfinite(error) else math.nan


def sharpness(found: Finding, reference: Finding) -> float:
    return _mean(_made(found, sharpness_of_levels(found, reference)))


def sharpness_of_levels(found: Finding, reference: Finding) -> list[float]:
    return detail.sharpness(found["detail"], _beside(found, reference, reference["detail"]))


def film_sharpness(found: Finding, reference: Finding) -> float:
    """As ``sharpness``, in the film; the reference is as it was sampled."""
    return _mean(_made(found, film_sharpness_of_levels(found, reference)))


def film_sharpness_of_levels(found: Finding, reference: Finding) -> list[float]:
    return detail.sharpness(found["film_detail"], _beside(found, reference, reference["detail"]))


def along_right(found: Finding, reference: Finding) -> float:
    """Per cent of a film's views, at every octave, that show what the world has there."""
    return 100 * _mean(found["along_right"]) if "along_right" in found else math.nan


def along_sharpness(found: Finding, reference: Finding) -> float:
    """The sharpness of these views against levels that were sampled there."""
    if "along_detail" not in found:
        return math.nan
    return _mean(detail.sharpness(found["along_detail"], reference["detail"]))


def drift(found: Finding, reference: Finding) -> list[float]:
    """How mean L*, a* and b* move away from the reference's, per level deeper: a vector."""
    return colour.drift(found["colour"], _beside(found, reference, reference["colour"]))


def seconds(found: Finding, reference: Finding) -> float:
    return found["seconds"]


def photo(found: Finding, reference: Finding) -> float:
    return found.get("photo", math.nan)


def photo_coded(found: Finding, reference: Finding) -> float:
    return found.get("photo_coded", math.nan)


def octave(index: int) -> Measure:
    def of(found: Finding, reference: Finding) -> float:
        return _mean([pair[index] for pair in _met(found, found["bands"]) if len(pair) > index])

    return of


def level_sharpness(index: int, of_levels: Levels) -> Measure:
    def of(found: Finding, reference: Finding) -> float:
        levels = of_levels(found, reference)
        return levels[index] if index < len(levels) else math.nan

    return of


COLUMNS = (
    Column("right", "classifier right, %", prompt_right, 1),
    Column("log_probability", "classifier log p", prompt_log),
    Column("agreement", "agreement, dB", agreement, 1),
    Column("lines", "agreement of the lines, dB", lines_agreement, 1),
    Column("frame", "frame", frame, ratio=True),
    Column("both", "agreement x frame, dB", both, 1),
    Column("film_frame", "frame in the film", film_frame, ratio=True),
    Column("sharpness", "sharpness", sharpness, ratio=True),
    Column("film_sharpness", "sharpness in the film", film_sharpness, ratio=True),
    Column("along_right", "right along the film, %", along_right, 1),
    Column("along_sharpness", "sharpness along the film", along_sharpness, ratio=True),
    Column("seconds", "seconds", seconds, 1),
    Column("photo", "photo, dB", photo, 1),
)
# In the CSV alone: what the autoencoder makes of the photo by itself, which bounds the photo's dB.
EXTRA = (Column("photo_coded", "photo through the autoencoder, dB", photo_coded, 1),)
BANDS = tuple(Column(f"agreement_octave_{k}", f"octave {k}", octave(k), 1) for k in range(OCTAVES))


def levels(count: int) -> tuple[Column, ...]:
    """Sharpness of each level."""
    return _each("sharpness", sharpness_of_levels, count)


def film_levels(count: int) -> tuple[Column, ...]:
    """Sharpness of each level in the film."""
    return _each("film_sharpness", film_sharpness_of_levels, count)


def _each(name: str, of_levels: Levels, count: int) -> tuple[Column, ...]:
    return tuple(
        Column(f"{name}_level_{i}", f"level {i}", level_sharpness(i, of_levels), ratio=True)
        for i in range(count)
    )


def _beside(found: Finding, reference: Finding, levels: list[Value]) -> list[Value]:
    """Of the reference's levels, which may be more, those that lie where the row's do."""
    if len(found["right"]) == len(reference["right"]):
        return levels
    at = {octave: level for level, octave in enumerate(reference["octaves"])}
    return [levels[at[octave]] for octave in found["octaves"]]


def _made(found: Finding, levels: Sequence[Value]) -> Sequence[Value]:
    """Of a value a level those that count: all, or that of the one that was made."""
    return levels[found["made"] : found["made"] + 1] if "made" in found else levels


def _met(found: Finding, pairs: Sequence[Value]) -> Sequence[Value]:
    """Of a value a pair of neighbours those that count: all, or those with the level made."""
    return pairs[max(0, found["made"] - 1) : found["made"] + 1] if "made" in found else pairs


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan
