"""Pictures that were turned by quarters, mirrored or squeezed on their way."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from .bring import Stance, brought, stances
from .chain import Finder
from .match import Gallery


def put_upright(finder: Finder, one: int, picture: Tensor, others: Sequence[int]) -> Stance | None:
    """How ``picture``, number ``one``, was laid, if it goes with ``others`` otherwise than upright.

    The finder then has it upright, with what was found of it. Factors up to 5 are sought: of the
    larger ones eight times as many would be alike by chance.
    """
    gallery = finder.gallery
    size = (gallery.pictures[0].shape[-2], gallery.pictures[0].shape[-1])
    ways = stances(picture, size)
    laid = [brought(picture, size, way) for way in ways]
    numbers = range(len(ways), len(ways) + len(others))
    trial = Finder(Gallery([*laid, *(gallery.pictures[i] for i in others)]), finder.beat)
    for way in range(len(ways)):
        trial.look(way, numbers, 0)
    for number in numbers:
        trial.look(number, range(len(ways)), 0)
    if not trial.found:
        return None
    surest = max(trial.found, key=lambda pair: trial.found[pair].confidence)
    chosen = next(number for number in surest if number < len(ways))
    real = {chosen: one, **dict(zip(numbers, others, strict=True))}
    for (wide, deep), match in trial.found.items():
        if chosen in (wide, deep):
            finder.found[real[wide], real[deep]] = match
    gallery.put(one, laid[chosen])
    return ways[chosen]
