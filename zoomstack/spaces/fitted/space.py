"""Operators between levels for latents, fitted to the autoencoder they come from.

A latent of a shrunk picture is not the shrunk latent: resampling the channels one by one explains
half of it. Least squares on some dozen pictures finds, once per autoencoder and factor, operators
that do: ``zoom`` x ``zoom`` latents with a ring around them -> one latent of the shrunk picture,
and 3 x 3 latents -> the block of the enlarged one. They need a whole factor and frames on the grid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from ...linear.krylov import Function
from ...scene.geometry import Geometry
from ..space import Link, Window
from .operators import LARGEST_ZOOM, FittedOperators

Sides = tuple[int, int, int, int]
"""Left, right, top, bottom."""


@dataclass(frozen=True, eq=False)
class FittedLink:
    """``space.Link`` by fitted operators, between neighbouring levels."""

    operators: FittedOperators
    window: Window
    beyond: Sides  # how far the blocks' rings reach over the picture, whose edge goes on there
    _inverses: dict[tuple[torch.device, torch.dtype], Function] = field(
        default_factory=dict, init=False, repr=False
    )
    _moved: dict[tuple[torch.device, torch.dtype], FittedOperators] = field(
        default_factory=dict, init=False, repr=False
    )

    def shrink(self, picture: Tensor) -> Tensor:
        return self._shrink(picture, self._of(picture).shrink_offset)

    def shrink_change(self, change: Tensor) -> Tensor:
        return self._shrink(change, None)

    def transposed(self, patch: Tensor) -> Tensor:
        """K^T."""
        o = self._of(patch)
        x = functional.conv_transpose2d(patch, o.shrink, stride=o.zoom)
        left, right, top, bottom = self.beyond
        return _folded(_folded(x, -1, left, right), -2, top, bottom)

    def enlarge(self, patch: Tensor) -> Tensor:
        return self._upscale(patch, self._of(patch).enlarge_offset)

    def spread(self, change: Tensor) -> Tensor:
        return self._upscale(change, None)

    def lift(self, change: Tensor) -> Tensor:
        """The smooth ``spread``, and the smallest change that makes up for what it misses."""
        smooth = self.spread(change)
        missing = self._white(change - self._shrink(smooth, None))
        solved = self._inverse(missing)(missing)
        return smooth + self.transposed(self._white(solved))

    def shrink_noise(self, noise: Tensor) -> Tensor:
        """W of the blocks alone, without their rings: orthonormal rows at the price of one pass.

        The (K K^T)^(-1/2) K of rings, which overlap, takes an iteration. On the demo's model levels
        agreed as well with either, 29.1 and 29.2 dB (two seeds of ``bench quality``).
        """
        o = self._of(noise)
        left, right, top, bottom = self._held
        blocks = noise[..., top : noise.shape[-2] - bottom, left : noise.shape[-1] - right]
        return functional.conv2d(blocks, o.noise, stride=o.zoom)

    @property
    def _held(self) -> Sides:
        """Of the rings, what the picture holds around its blocks."""
        left, right, top, bottom = (self.operators.ring - side for side in self.beyond)
        return left, right, top, bottom

    def _of(self, x: Tensor) -> FittedOperators:
        """The operators in ``x``'s dtype and where it is: nothing is copied to a device twice."""
        key = (x.device, x.dtype)
        if key not in self._moved:
            self._moved[key] = self.operators.to(x)
        return self._moved[key]

    def _shrink(self, x: Tensor, offset: Tensor | None) -> Tensor:
        o = self._of(x)
        padded = functional.pad(x, self.beyond, mode="replicate")
        return functional.conv2d(padded, o.shrink, offset, stride=o.zoom)

    def _gram(self, y: Tensor) -> Tensor:
        """B K K^T B y."""
        return self._white(self._shrink(self.transposed(self._white(y)), None))

    def _inverse(self, y: Tensor) -> Function:
        """(B K K^T B)^(-1), made once for each device and dtype: to make it asks the device."""
        key = (y.device, y.dtype)
        if key not in self._inverses:
            like = y.new_empty(y.shape[-3:])
            self._inverses[key] = Function(self._gram, like, torch.reciprocal)
        return self._inverses[key]

    def _white(self, y: Tensor) -> Tensor:
        """B y."""
        return torch.einsum("oc,...chw->...ohw", self._of(y).whitening, y)

    def _upscale(self, x: Tensor, offset: Tensor | None) -> Tensor:
        o = self._of(x)
        padded = functional.pad(x, (1, 1, 1, 1), mode="replicate")
        blocks = functional.pixel_shuffle(functional.conv2d(padded, o.enlarge, offset), o.zoom)
        return functional.pad(blocks, self._held, mode="replicate") if any(self._held) else blocks


def _folded(x: Tensor, axis: int, before: int, after: int) -> Tensor:
    """The adjoint of letting edges go on: what lies beyond them is added to them."""
    size = x.shape[axis] - before - after
    inside = x.narrow(axis, before, size).clone()
    if before:
        inside.narrow(axis, 0, 1).add_(x.narrow(axis, 0, before).sum(axis, keepdim=True))
    if after:
        rest = x.narrow(axis, before + size, after)
        inside.narrow(axis, size - 1, 1).add_(rest.sum(axis, keepdim=True))
    return inside


@dataclass(frozen=True, eq=False)
class ChainLink:
    """A link over several levels: ``outer`` of what ``inner``'s patch holds of its picture."""

    outer: FittedLink  # of the blocks that, with their rings, lie in the inner patch
    inner: Link
    seen: Window  # that part, counted on the inner patch

    @property
    def window(self) -> Window:
        return self.outer.window

    def shrink(self, picture: Tensor) -> Tensor:
        return self.outer.shrink(self.inner.shrink(picture)[(..., *self.seen)])

    def shrink_change(self, change: Tensor) -> Tensor:
        return self.outer.shrink_change(self.inner.shrink_change(change)[(..., *self.seen)])

    def transposed(self, patch: Tensor) -> Tensor:
        return self.inner.transposed(functional.pad(self.outer.transposed(patch), self._around))

    def enlarge(self, patch: Tensor) -> Tensor:
        return self.inner.enlarge(self._inside(self.outer.enlarge(patch)))

    def spread(self, change: Tensor) -> Tensor:
        return self.inner.spread(self._inside(self.outer.spread(change)))

    def lift(self, change: Tensor) -> Tensor:
        return self.inner.lift(self._inside(self.outer.lift(change)))

    def shrink_noise(self, noise: Tensor) -> Tensor:
        return self.outer.shrink_noise(self.inner.shrink_noise(noise)[(..., *self.seen)])

    def _inside(self, seen: Tensor) -> Tensor:
        """The inner patch: what is seen of it, and its edge going on around."""
        return functional.pad(seen, self._around, mode="replicate")

    @property
    def _around(self) -> list[int]:
        """What the inner patch holds around the part that is seen."""
        return [
            n
            for cut, window in zip(reversed(self.seen), reversed(self.inner.window), strict=True)
            for n in (cut.start, window.stop - window.start - cut.stop)
        ]


class FittedSpace:
    """Latents under fitted operators, one set for each factor of the geometry.

    Raises ``ValueError`` where ``off_grid`` finds a reason, or a factor has no operators.
    """

    def __init__(self, geometry: Geometry, operators: Mapping[float, FittedOperators]) -> None:
        reason = off_grid(geometry)
        if reason:
            raise ValueError(reason)
        missing = sorted(set(geometry.zooms) - set(operators))
        if missing:
            raise ValueError(f"No operators were fitted for a zoom factor of {missing[0]:g}.")
        self.geometry = geometry
        self._operators = operators
        self._links: dict[tuple[int, int], FittedLink | ChainLink | None] = {}

    def link(self, parent: int, child: int) -> FittedLink | ChainLink | None:
        if (parent, child) not in self._links:
            self._links[parent, child] = self._joined(parent, child)
        return self._links[parent, child]

    def _joined(self, parent: int, child: int) -> FittedLink | ChainLink | None:
        operators = self._operators[self.geometry.zooms[parent]]
        # Frames lie on the grid (off_grid says so) up to rounding: a focus typed as 0.33333.
        (_, below), *further = self.geometry.way(parent, child)
        placements = self.geometry.placement(parent, below)
        at = [round(p.left) for p in placements]
        if not further:
            axes = [_axis(slice(0, p.size), p.size, operators) for p in placements]
            return _link(operators, at, axes)
        inner = self.link(below, child)
        if inner is None:
            return None
        shown = zip(inner.window, placements, strict=True)
        axes = [_axis(window, p.size, operators) for window, p in shown]
        if any(axis.blocks.stop <= axis.blocks.start for axis in axes):
            return None
        rows, columns = (
            slice(axis.seen.start - window.start, axis.seen.stop - window.start)
            for axis, window in zip(axes, inner.window, strict=True)
        )
        return ChainLink(_link(operators, at, axes), inner, (rows, columns))


class _Axis(NamedTuple):
    """One axis of a link that is given a part of the deeper level."""

    blocks: slice  # that lie, with their rings, in that part
    seen: slice  # of the level: those blocks and rings
    beyond: tuple[int, int]  # how far the rings reach over the level's borders


def _axis(given: slice, size: int, operators: FittedOperators) -> _Axis:
    zoom, ring = operators.zoom, operators.ring
    # At a border of the level the edge goes on: no ring is missing there.
    first = -(-(given.start + ring) // zoom) if given.start else 0
    last = size // zoom if given.stop == size else (given.stop - ring) // zoom
    start, stop = first * zoom - ring, last * zoom + ring
    seen = slice(max(start, 0), min(stop, size))
    return _Axis(slice(first, last), seen, (seen.start - start, stop - seen.stop))


def _link(operators: FittedOperators, at: Sequence[int], axes: Sequence[_Axis]) -> FittedLink:
    rows, columns = (
        slice(left + axis.blocks.start, left + axis.blocks.stop)
        for left, axis in zip(at, axes, strict=True)
    )
    return FittedLink(operators, (rows, columns), (*axes[1].beyond, *axes[0].beyond))


def off_grid(geometry: Geometry) -> str | None:
    """Why fitted operators do not apply to a geometry on its pixel grid, or None where they do."""
    for (parent, level), zoom in zip(geometry.neighbours, geometry.zooms, strict=True):
        if zoom != int(zoom) or zoom > LARGEST_ZOOM:
            return (
                f"level {level} has a zoom factor of {zoom:g}; fitted operators need a whole one "
                f"from 2 to {LARGEST_ZOOM}"
            )
        for name, placement in zip(
            ("height", "width"), geometry.placement(parent, level), strict=True
        ):
            if placement.size % int(zoom):
                return (
                    f"a {name} of {placement.size} latent pixels does not divide by level "
                    f"{level}'s zoom factor of {zoom:g}"
                )
            if abs(placement.left - round(placement.left)) > 1e-3:
                nearest = (round(placement.left) + placement.size / zoom / 2) / placement.size
                return (
                    f"level {level}'s frame does not lie on the latent grid; the nearest focus "
                    f"{'y' if name == 'height' else 'x'} that does is {nearest:g}"
                )
    return None
