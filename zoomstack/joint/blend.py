"""One zoom stack from views that disagree: correct the disagreement, in frequency bands.

Wang et al. (2023), section 4.2, merge for each level the crops of all wider views, band by band.
Differs from it: what is split into bands is the *disagreement* of a view with the level above it,
on that level's own grid, where the crop is exact. The level above already holds what all wider
views say, so this is the same weighted mean, in time linear in N; and where views agree there is
nothing to correct, so blending and rendering is an exact projection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Literal, get_args

import torch
from torch import Tensor

from ..linear.matrix import Matrix
from ..linear.precision import working
from ..linear.pyramid import octaves, weighted
from ..linear.smooth import smoothstep
from ..scene.checks import check_choice, check_levels
from ..scene.geometry import Geometry, Placement
from ..scene.settings import check_weight
from ..spaces.pairs import disagreement, falling, pairs, patch
from ..spaces.plain import as_space
from ..spaces.space import Link, Space, Window

Weighting = Literal["snr", "uniform"]
Method = Literal["laplacian", "average"]
Show = Callable[[Tensor, Window], Tensor]
"""``show(picture (C, H, W), window) -> patch``: the window as a level can show it at all."""


def blend(
    views: Tensor,
    geometry: Geometry | Space,
    weighting: Weighting = "snr",
    feather: float = 0.25,
    method: Method = "laplacian",
    show: Show | None = None,
    weights: Sequence[float] = (),
) -> Tensor:
    """The zoom stack of ``views`` (N, C, H, W), widest first; the same shape out.

    ``weighting`` sets the share of the wider views in each octave: ``uniform`` counts every view
    that can see it once (the paper); ``snr`` weighs a view by p^-2 a level, its signal-to-noise
    ratio under shared noise. ``feather``, 0 to 0.5 of the child's frame: over that border the
    share rises to 1, so that the parent shows no seam. ``method`` "average" takes the mean of
    whole enlarged pictures, the paper's naive ablation.

    ``show`` is for views that hold less than their pixels say, as decoded latents do: what a wider
    view cannot show of a deeper one is then no disagreement, and the deeper one keeps it. Without
    it such views lose, step by step, the detail that the wider ones never had.

    ``weights``, N numbers over 0, are how much each view counts beside that: in every octave the
    mean of Wang et al. (2023), section 4.2, is one weighted by them. All alike, or none given, no
    view counts more. A large one draws all deeper levels to its own, as far as they see each other;
    at the border of its frame a level follows the one above, whatever they weigh.

    Changes nothing where the views agree.

    Raises ``ValueError`` for options and weights that are none, and another number of weights.
    """
    check_options(weighting, feather, method)
    space = as_space(geometry)
    check_levels(views, space.geometry)
    weights = _checked(weights, space.geometry.levels)
    pictures = working(views)
    stack = [pictures[level] for level in range(len(pictures))]
    for parent, child, link in falling(space):
        view = pictures[child]
        if link is None:
            continue
        if method == "average":
            share = average_share(space.geometry, child, weights)
            stack[child] = torch.lerp(view, link.enlarge(patch(stack[parent], link)), share)
        else:
            if show is None:
                d = disagreement(stack[parent], view, link)
            else:
                d = patch(stack[parent], link) - _shown(pictures[parent], view, link, show)
            pair = (parent, child)
            change = _share(d, space.geometry, pair, weighting, feather, weights)
            stack[child] = view + link.spread(change)
    return torch.stack(stack).to(views.dtype)


def _shown(wider: Tensor, deeper: Tensor, link: Link, show: Show) -> Tensor:
    """What ``wider`` would show of ``deeper``: the patch, laid into it and shown."""
    pasted = wider.clone()
    patch(pasted, link)[...] = link.shrink(deeper)
    return show(pasted, link.window)


def _share(
    d: Tensor,
    g: Geometry,
    pair: tuple[int, int],
    weighting: Weighting,
    feather: float,
    weights: tuple[float, ...],
) -> Tensor:
    """The part of the disagreement ``d`` that the deeper of a pair takes over from the wider."""
    shares = [octave_share(g, pair[1], o, weighting, weights) for o in range(octaves(d) + 1)]
    change = weighted(d, shares)
    if feather > 0:
        border = border_share(g.placement(*pair), feather).like(d)
        change = change + border * (d - change)
    return change


@lru_cache(maxsize=4096)
def octave_share(
    geometry: Geometry,
    level: int,
    octave: int,
    weighting: Weighting,
    weights: tuple[float, ...] = (),
) -> float:
    """The share, 0 to 1, of the views wider than ``level`` in an octave of their disagreement.

    Octave 0 is the finest of the grid of the level above; a view that is wider still by a factor r
    sees the octaves from log2 r on. ``weights``, one a level or none, multiply what views count.
    """
    wider = [*zip(geometry.above(level), geometry.higher(level), strict=True)]
    nearest, _ = wider[-1]
    weight = sum(
        (1.0 if weighting == "uniform" else 4.0**-above) * (weights[other] if weights else 1.0)
        for above, other in wider
        if above - nearest <= octave + 1e-9
    )
    return weight / ((weights[level] if weights else 1.0) + weight)


def average_share(geometry: Geometry, level: int, weights: tuple[float, ...] = ()) -> float:
    """The share of the views wider than ``level`` in the mean of whole pictures."""
    wider = sum(weights[other] if weights else 1.0 for other in geometry.higher(level))
    return wider / (wider + (weights[level] if weights else 1.0))


def _checked(weights: Sequence[float], levels: int) -> tuple[float, ...]:
    if len(weights) not in (0, levels):
        raise ValueError(
            f"There are {len(weights)} weights for {levels} levels; give one a level, or none."
        )
    for level, weight in enumerate(weights):
        check_weight(level, weight)
    return tuple(weights)


@lru_cache(maxsize=256)
def border_share(placements: tuple[Placement, Placement], feather: float) -> Matrix:
    """0 inside the child's frame, rising smoothly to 1 at its border, on the parent's patch."""
    rows, columns = (_distance_to_border(placement) for placement in placements)
    outside = 1 - (torch.minimum(rows[:, None], columns[None]) / feather).clamp(0, 1)
    return Matrix(smoothstep(outside))


def _distance_to_border(placement: Placement) -> Tensor:
    """Of each window pixel's centre, as a fraction of the child's frame."""
    window = placement.window
    centre = torch.arange(window.start, window.stop, dtype=torch.float64) + 0.5
    inside = (centre - placement.left) * placement.zoom / placement.size
    return torch.minimum(inside, 1 - inside)


def agreement(
    views: Tensor, geometry: Geometry | Space, peak: float | Tensor = 1.0
) -> tuple[float, ...]:
    """How well each view agrees with the next deeper one: peak signal-to-noise ratio in dB.

    ``views`` (N, C, H, W) with values that span ``peak``; N - 1 numbers (of a ring N), infinite
    where the pair agrees exactly and NaN where no pixel of the wider one shows the deeper one.
    """
    return tuple(decibels(views, geometry, peak).tolist())


def decibels(views: Tensor, geometry: Geometry | Space, peak: float | Tensor = 1.0) -> Tensor:
    """As ``agreement``, in a tensor where the views are: no device is waited for."""
    space = as_space(geometry)
    check_levels(views, space.geometry)
    pictures = working(views)
    errors = []
    for parent, child, link in pairs(space):
        if link is None:
            errors.append(pictures.new_full((), float("nan")))
        else:
            difference = disagreement(pictures[parent], pictures[child], link)
            errors.append(difference.square().mean())
    if not errors:
        return pictures.new_empty(0)
    return -10 * torch.log10(torch.stack(errors) / peak**2)


def check_options(weighting: str, feather: float, method: str) -> None:
    """Raise ``ValueError`` unless ``blend`` takes these options."""
    check_choice("weighting", weighting, get_args(Weighting))
    check_choice("method", method, get_args(Method))
    if not 0 <= feather <= 0.5:
        raise ValueError(f"feather is {feather:g}; it must be from 0 to 0.5 of the child's frame.")
