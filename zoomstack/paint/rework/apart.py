"""How far two zooms are from being one: sizes, channels, colours."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ...joint.render import render
from ...linear.precision import working
from ...linear.sizes import resized
from ...scene.between.places import Point
from ...scene.geometry import MIDDLE, Geometry
from ...scene.stack import ZoomStack
from ...spaces.pairs import disagreement
from ...spaces.plain import plain_space

UNLIKE = 0.25  # of the range: mean colours further apart are two worlds, and make a blot
ASPECT = 0.02  # a picture stretched by less looks the same


class Apart(NamedTuple):
    """How far two zooms disagree where the second lies in the first.

    ``decibels`` is the peak signal-to-noise ratio of what the two show there, ``colour`` how far
    their mean colours are apart there, in the channel that differs most, of values from 0 to 1. NaN
    and 0 where the second is too small there to be seen.
    """

    decibels: float
    colour: float


def apart(a: ZoomStack, b: ZoomStack, zoom: float = 2.0, focus: Point = MIDDLE) -> Apart:
    """How far ``b``, of ``a``'s size, is from what ``a``'s deepest level shows where it lies."""
    g = Geometry(a.geometry.height, a.geometry.width, (zoom,), (focus,))
    link = plain_space(g).link(0, 1)
    if link is None:
        return Apart(math.nan, 0.0)
    wider, deeper = alike(a.levels[-1], b.levels[0])
    missing = disagreement(wider, deeper, link)
    decibels = -10 * torch.log10(missing.square().mean())
    return Apart(float(decibels), float(missing.mean((-2, -1)).abs().max()))


def check_colours(far: Apart, unlike: float) -> None:
    """Raise ``ValueError`` where mean colours are further apart than ``unlike``."""
    if far.colour > unlike:
        raise ValueError(
            f"The second zoom's colours are {far.colour:.2f} apart from what the first shows where "
            f"it would lie (of 0 to 1, {far.decibels:.1f} dB; {unlike:.2f} is allowed): it would "
            "be a blot there. Move the focus to where the colours are alike, or allow more with "
            "unlike."
        )


def alike(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Both in one dtype that one can compute with, where ``a`` is."""
    dtype = torch.promote_types(working(a).dtype, working(b).dtype)
    return a.to(dtype), b.to(a.device, dtype)


def check_open(a: ZoomStack, b: ZoomStack) -> None:
    """Raise ``ValueError`` where one of the two is a ring."""
    for name, stack in (("first", a), ("second", b)):
        if stack.geometry.closed:
            raise ValueError(
                f"The {name} zoom is a ring of {stack.geometry.levels} levels and has no end to "
                "join at; cut it first."
            )


def fitted(a: ZoomStack, b: ZoomStack, resize: bool) -> ZoomStack:
    """``b`` at ``a``'s size, where that may be."""
    if a.levels.shape[1] != b.levels.shape[1]:
        raise ValueError(
            f"The first zoom's levels have {a.levels.shape[1]} channels and the second's "
            f"{b.levels.shape[1]}; join stacks of as many."
        )
    old, new = b.geometry, a.geometry
    if (old.height, old.width) == (new.height, new.width):
        return b
    sizes = (
        f"The first zoom's levels are {new.width} x {new.height} (width x height) and the second's "
        f"{old.width} x {old.height}"
    )
    if abs(math.log(old.width * new.height / (old.height * new.width))) > ASPECT:
        raise ValueError(f"{sizes}, of another shape; crop its pictures, or make it anew.")
    if not resize:
        raise ValueError(f"{sizes}; resize the second to join them (resize=True).")
    geometry = old.resized(new.height, new.width)
    size = (new.height, new.width)
    levels = torch.stack([resized(working(level), size) for level in b.levels]).clamp(0, 1)
    return b._replace(levels=render(levels, geometry), geometry=geometry)
