"""Operators between levels for latents, fitted to the autoencoder they come from.

A latent of a shrunk picture is not the shrunk latent: resampling the channels one by one explains
half to two thirds of it. Least squares on a few dozen pictures finds, once per autoencoder and
factor, operators that do: a block of ``zoom`` x ``zoom`` latents -> one latent of the shrunk
picture, and 3 x 3 latents -> the block of the enlarged one. Blocks need a whole factor and frames
on the grid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from ...scene.geometry import Geometry
from ..space import Link, Window
from .operators import LARGEST_ZOOM, FittedOperators


@dataclass(frozen=True, eq=False)
class BlockLink:
    """``space.Link`` by fitted operators, between neighbouring levels."""

    operators: FittedOperators
    window: Window

    def shrink(self, picture: Tensor) -> Tensor:
        o = self.operators.to(picture)
        return _conv(picture, o.shrink, o.shrink_offset, stride=o.zoom)

    def enlarge(self, patch: Tensor) -> Tensor:
        o = self.operators.to(patch)
        return self._upscale(patch, o.enlarge, o.enlarge_offset)

    def spread(self, change: Tensor) -> Tensor:
        return self._upscale(change, self.operators.to(change).enlarge, None)

    def lift(self, change: Tensor) -> Tensor:
        """The smooth ``spread``, and the smallest change that makes up for what it misses."""
        o = self.operators.to(change)
        smooth = self.spread(change)
        missing = change - _conv(smooth, o.shrink, None, stride=o.zoom)
        return smooth + functional.conv_transpose2d(missing, o.inverse, stride=o.zoom)

    def shrink_noise(self, noise: Tensor) -> Tensor:
        o = self.operators.to(noise)
        return _conv(noise, o.noise, None, stride=o.zoom)

    def _upscale(self, x: Tensor, weight: Tensor, offset: Tensor | None) -> Tensor:
        padded = functional.pad(x, (1, 1, 1, 1), mode="replicate")
        return functional.pixel_shuffle(_conv(padded, weight, offset), self.operators.zoom)


def _conv(x: Tensor, weight: Tensor, offset: Tensor | None, stride: int = 1) -> Tensor:
    return functional.conv2d(x, weight, offset, stride=stride)


@dataclass(frozen=True, eq=False)
class ChainLink:
    """A link over several levels: ``outer`` of the blocks that ``inner``'s patch holds whole."""

    outer: BlockLink
    inner: Link
    blocks: Window  # of the outer link's patch, counted on its child's grid

    @property
    def window(self) -> Window:
        shifted = zip(self.outer.window, self.blocks, strict=True)
        rows, columns = (slice(o.start + b.start, o.start + b.stop) for o, b in shifted)
        return rows, columns

    @property
    def _whole(self) -> Window:
        """The part of the inner patch that those blocks cover."""
        zoom, pairs = self.outer.operators.zoom, zip(self.blocks, self.inner.window, strict=True)
        rows, columns = (slice(b.start * zoom - w.start, b.stop * zoom - w.start) for b, w in pairs)
        return rows, columns

    def shrink(self, picture: Tensor) -> Tensor:
        return self.outer.shrink(self.inner.shrink(picture)[(..., *self._whole)])

    def enlarge(self, patch: Tensor) -> Tensor:
        return self.inner.enlarge(self._inside(self.outer.enlarge(patch)))

    def spread(self, change: Tensor) -> Tensor:
        return self.inner.spread(self._inside(self.outer.spread(change)))

    def lift(self, change: Tensor) -> Tensor:
        return self.inner.lift(self._inside(self.outer.lift(change)))

    def shrink_noise(self, noise: Tensor) -> Tensor:
        return self.outer.shrink_noise(self.inner.shrink_noise(noise)[(..., *self._whole)])

    def _inside(self, whole: Tensor) -> Tensor:
        """The inner patch: its whole blocks, and their edge going on around them."""
        before_after: Iterator[int] = (
            n
            for cut, window in zip(reversed(self._whole), reversed(self.inner.window), strict=True)
            for n in (cut.start, window.stop - window.start - cut.stop)
        )
        return functional.pad(whole, tuple(before_after), mode="replicate")


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

    def link(self, parent: int, child: int) -> BlockLink | ChainLink | None:
        outer = self._neighbours(parent)
        if child == parent + 1:
            return outer
        inner = self.link(parent + 1, child)
        if inner is None:
            return None
        zoom = outer.operators.zoom
        rows, columns = (slice(-(-w.start // zoom), w.stop // zoom) for w in inner.window)
        if rows.stop <= rows.start or columns.stop <= columns.start:
            return None
        return ChainLink(outer, inner, (rows, columns))

    def _neighbours(self, parent: int) -> BlockLink:
        operators = self._operators[self.geometry.zooms[parent]]
        # Frames lie on the grid (off_grid says so) up to rounding: a focus typed as 0.33333.
        rows, columns = (
            slice(round(p.left), round(p.left) + p.size // operators.zoom)
            for p in self.geometry.placement(parent, parent + 1)
        )
        return BlockLink(operators, (rows, columns))


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
