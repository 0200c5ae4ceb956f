"""A report on one zoom: its numbers, what is asked of them, and a table to read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from torch import Tensor

from ..joint.blend import agreement
from ..linear.precision import working
from ..scene.geometry import Geometry
from .colour import drift, mean_colours
from .detail import detail, sharpness
from .seam import seams, visible

MOST_DB = 999.0  # stands for infinity, which plain JSON has not


class Numbers(NamedTuple):
    """What was measured of N levels, widest first; NaN where there is nothing to measure.

    ``drift`` and ``sharpness`` are against a reference where there was one, else ``drift`` is the
    levels' own and ``sharpness`` None. ``fit`` is None where nobody judged the prompts.
    """

    agreement: list[float]  # of N - 1 pairs, of a ring N; dB
    frame: list[float]  # of N - 1 children in their parents: 1 is invisible
    colour: list[list[float]]  # mean L*, a*, b* of each level
    drift: float  # of the mean colour, CIE units a level deeper
    detail: list[float]  # of each level, standard deviation of its two finest octaves
    sharpness: list[float] | None  # of each level, its detail over the reference's
    fit: list[float] | None  # of each level's picture with its prompt


class Limits(NamedTuple):
    """What a zoom must keep, the worst level of it; 0 asks for nothing."""

    agreement: float = 20.0  # at least
    frame: float = 1.6  # at most
    drift: float = 3.0  # at most; only against a reference
    sharpness: float = 0.7  # at least; only against a reference
    fit: float = 0.2  # at least; only where prompts were judged


def measure(
    views: Tensor,
    geometry: Geometry,
    reference: Tensor | None = None,
    fit: Sequence[float] | None = None,
) -> Numbers:
    """The numbers of ``views`` (N, 3, H, W) in [0, 1].

    ``reference`` is the same levels, each sampled for itself: against it sharpness and colour drift
    tell what a method did from what the prompts ask for. ``fit`` is a number a level.
    """
    views = working(views)
    if reference is not None and len(reference) != len(views):
        raise ValueError(
            f"The reference holds {len(reference)} levels but the zoom {len(views)}; give one "
            "picture a level, the widest first."
        )
    colours = mean_colours(views)
    details = detail(views)
    beside = None if reference is None else working(reference)
    return Numbers(
        [min(value, MOST_DB) for value in agreement(views, geometry)],
        visible(views, seams(geometry, 1)),
        colours,
        math.hypot(*drift(colours, None if beside is None else mean_colours(beside))),
        details,
        None if beside is None else np.exp(sharpness(details, detail(beside))).tolist(),
        None if fit is None else list(fit),
    )


def failures(numbers: Numbers, limits: Limits, compared: bool) -> list[str]:
    """A line for each number beyond its limit; ``compared`` where there was a reference."""
    lines = []
    below = [*range(1, len(numbers.colour)), 0]  # of the deepest of a ring the widest
    pairs = [f"levels {i} and {deeper}" for i, deeper in enumerate(below)]
    levels = [f"level {i}" for i in range(len(below))]
    for what, of, values, least, unit in (
        ("agreement", pairs, numbers.agreement, limits.agreement, " dB"),
        ("sharpness", levels, numbers.sharpness or [], limits.sharpness, ""),
        ("prompt fit", levels, numbers.fit or [], limits.fit, ""),
    ):
        lines += [
            f"the {what} of {who} is {value:.3g}{unit}, under {least:g}{unit}"
            for who, value in zip(of, values, strict=False)
            if least and value < least
        ]
    if limits.frame:
        lines += [
            f"the frame of level {deeper} in level {i} is {value:.3g}, over {limits.frame:g}"
            for (i, value), deeper in zip(enumerate(numbers.frame), below, strict=False)
            if value > limits.frame
        ]
    if limits.drift and compared and numbers.drift > limits.drift:
        lines.append(f"the colour drift is {numbers.drift:.3g} a level, over {limits.drift:g}")
    return lines


def worst(numbers: Numbers) -> tuple[float, float, float, float, float]:
    """Of all levels: agreement, frame, drift, sharpness and prompt fit; 0 for what is unknown."""
    agreement, frame = (
        [value for value in values if not math.isnan(value)]
        for values in (numbers.agreement, numbers.frame)
    )
    return (
        min(agreement, default=MOST_DB),
        max(frame, default=0.0),
        numbers.drift,
        min(numbers.sharpness or [0.0]),
        min(numbers.fit or [0.0]),
    )


def table(numbers: Numbers, prompts: Sequence[str] = ()) -> str:
    """The numbers as a Markdown table, a line a level; what does not apply is left out."""
    columns = {
        "prompt": list(prompts),
        "agrees with the next, dB": [f"{value:.1f}" for value in numbers.agreement],
        "frame of the next": [f"{value:.2f}" for value in numbers.frame],
        "detail, 1/255": [f"{255 * value:.1f}" for value in numbers.detail],
        "sharpness": [f"{value:.2f}" for value in numbers.sharpness or []],
        "L* a* b*": [" ".join(f"{value:.0f}" for value in lab) for lab in numbers.colour],
        "prompt fit": [f"{value:.3f}" for value in numbers.fit or []],
    }
    known = {title: cells for title, cells in columns.items() if any(cells)}
    rows = [["level", *known], ["---:"] * (1 + len(known))]
    for level in range(len(numbers.colour)):
        cells = [cells[level] if level < len(cells) else "" for cells in known.values()]
        rows.append([str(level), *(cell.replace("|", "/") for cell in cells)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
