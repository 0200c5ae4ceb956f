"""From a zoom stack to views that agree, and from white noise to zoom-consistent white noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..linear.precision import working
from ..scene.checks import check_levels
from ..scene.geometry import Geometry
from ..spaces.pairs import patch, rising
from ..spaces.plain import as_space
from ..spaces.space import Link, Space


def render(stack: Tensor, geometry: Geometry | Space) -> Tensor:
    """The view of every level: where a deeper level is seen, it is shown shrunk.

    ``stack`` (N, C, H, W), any float dtype; the same shape out. Neighbouring views agree to the
    last bit (those in half precision to its rounding), and rendering twice changes nothing.

    Wang et al. (2023), Alg. 1. Differs from it: one level at a time, deep to wide, which is linear
    in N where pasting every deeper level into every wider one is quadratic. A ring takes a few
    turns, and its neighbours agree to 1e-9.
    """
    return _render(stack, geometry, lambda link, deeper: link.shrink(deeper))


def render_noise(noise: Tensor, geometry: Geometry | Space) -> Tensor:
    """Noise that all levels share: white in (N, C, H, W), consistent and exactly white out.

    Wang et al. (2023), Alg. 1, with whitened operators (``Link.shrink_noise``).
    """
    return _render(noise, geometry, lambda link, deeper: link.shrink_noise(deeper))


def seeded(white: Tensor, seeds: Sequence[int | None]) -> Tensor:
    """White noise (N, ...), drawn anew where a level has a seed of its own; ``white`` stays.

    ``seeds`` are N numbers from 0 to 2^64 - 1, None where the level's noise stays as it is; none at
    all where every level's does. A level's noise is what a batch of it alone would get, on the CPU
    in single precision. Before ``render_noise``, what is not shared is then the level's own.

    Raises ``ValueError`` for another number of seeds.
    """
    if len(seeds) not in (0, len(white)):
        raise ValueError(
            f"There are {len(seeds)} seeds for the noise of {len(white)} levels; give one a level, "
            "None for those that have none."
        )
    if not seeds:
        return white
    noise = white.clone()
    for level, seed in enumerate(seeds):
        if seed is not None:
            generator = torch.Generator().manual_seed(seed)
            noise[level] = torch.randn((1, *white.shape[1:]), generator=generator)[0].to(white)
    return noise


def _render(
    stack: Tensor, geometry: Geometry | Space, shrink: Callable[[Link, Tensor], Tensor]
) -> Tensor:
    space = as_space(geometry)
    check_levels(stack, space.geometry)
    views = working(stack).clone()
    for parent, child, link in rising(space):
        if link is not None:
            patch(views[parent], link)[...] = shrink(link, views[child])
    return views.to(stack.dtype)
