"""The plain operators between levels: every one is a small matrix per axis.

For an axis-aligned frame, shrinking, enlarging and rendering noise are separable:
``A_rows @ picture @ A_columns.T``. One code path serves every real zoom and focus, and gives exact
adjoints and inverses.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

import torch
from torch import Tensor

from ..linear.matrix import Matrix, interpolation, separable
from ..scene.geometry import Geometry, Placement
from .space import Space, Window

# Below this share of the largest singular value a direction of the patch counts as invisible.
FAINT = 1e-5


def shrink_matrix(placement: Placement) -> Tensor:
    """D, (m, n), float64: row k is parent pixel k of the window, seen through its footprint.

    A Gaussian centred on the parent pixel and cut off at its footprint of ``zoom`` child pixels
    (Wang et al., section 4.1); a child pixel that the footprint cuts counts with the part inside.
    """
    size, zoom, left = placement
    window = placement.window
    start = (torch.arange(window.start, window.stop, dtype=torch.float64) - left)[:, None] * zoom
    stop, centre = start + zoom, start + zoom / 2
    pixel = torch.arange(size, dtype=torch.float64)[None]
    from_, to = torch.maximum(pixel, start), torch.minimum(pixel + 1, stop)
    scale = 2**0.5 * (zoom / 2)  # standard deviation: half the footprint
    weight = torch.erf((to - centre) / scale) - torch.erf((from_ - centre) / scale)
    weight = torch.where(to > from_, weight, 0.0)
    return weight / weight.sum(1, keepdim=True)


def enlarge_matrix(placement: Placement, window: slice) -> Tensor:
    """U, (n, m), float64: the window's pixels at the child's pixel centres; rows sum to 1.

    Linear: a change of the picture must not overshoot (cubic interpolation lets a pass over white
    noise grow by a tenth more, and the blend is no better for it).
    """
    size, zoom, left = placement
    centre = left + (torch.arange(size, dtype=torch.float64) + 0.5) / zoom
    return interpolation(centre - 0.5 - window.start, window.stop - window.start)


class AxisLink:
    """One axis of a link: its window on the parent, and the matrices, made when first used."""

    def __init__(self, window: slice, shrink: Tensor, placement: Placement) -> None:
        self.window = window
        self.shrink = Matrix(shrink)
        self.placement = placement

    @cached_property
    def enlarge(self) -> Matrix:
        return Matrix(enlarge_matrix(self.placement, self.window))

    @cached_property
    def transposed(self) -> Matrix:
        return Matrix(self.shrink.values.T.contiguous())

    @cached_property
    def lift(self) -> Matrix:
        """U (D U)^-1: as smooth as U, and D of it is the identity.

        Where D U is all but blind to a direction (below ``FAINT``) that direction is left out.
        Chains of zooms under 1.1 amplify rough changes well before that.
        """
        d, u = self.shrink.values, self.enlarge.values
        return Matrix(u @ torch.linalg.pinv(d @ u, rtol=FAINT))

    @cached_property
    def deal(self) -> Matrix:
        """(n, m): a child pixel's mean of the patch's pixels that see it, by how much they do."""
        seen = self.shrink.values.T
        return Matrix(seen / seen.sum(1, keepdim=True).clamp_min(1e-12))

    @cached_property
    def noise(self) -> Matrix:
        """W = (D D^T)^(-1/2) D: orthonormal rows, so white noise stays exactly white.

        Differs from Wang et al. (2023), Alg. 1: their factor p_j / p_i is exact only for a box.
        """
        d = self.shrink.values
        value, vector = torch.linalg.eigh(d @ d.T)
        return Matrix((vector * value.clamp_min(1e-12).rsqrt()) @ vector.T @ d)


@lru_cache(maxsize=1024)
def axis_link(placements: tuple[Placement, ...]) -> AxisLink | None:
    """One axis through a chain of placements, widest first; None where no pixel shows the last.

    The chain is the product of its neighbours' matrices, not one wide Gaussian: rendering goes one
    level at a time, and for a truncated Gaussian D_a D_b differs from D_ab.
    """
    first, *rest = placements
    window = first.window
    if window.stop <= window.start:
        return None
    matrix = shrink_matrix(first)
    if not rest:
        return AxisLink(window, matrix, first)
    inner = axis_link(tuple(rest))
    if inner is None:
        return None
    hidden = torch.ones(first.size, dtype=torch.bool)
    hidden[inner.window] = False
    whole = (matrix[:, hidden] == 0).all(1).nonzero().flatten()
    if not len(whole):
        return None
    top, bottom = int(whole[0]), int(whole[-1]) + 1
    return AxisLink(
        slice(window.start + top, window.start + bottom),
        matrix[top:bottom, inner.window] @ inner.shrink.values,
        first.inside(inner.placement),
    )


class PlainLink:
    """``space.Link`` by two axis matrices."""

    def __init__(self, rows: AxisLink, columns: AxisLink) -> None:
        self._rows, self._columns = rows, columns
        self.window: Window = (rows.window, columns.window)

    def shrink(self, picture: Tensor) -> Tensor:
        return separable(self._rows.shrink, self._columns.shrink, picture)

    def shrink_change(self, change: Tensor) -> Tensor:
        return self.shrink(change)

    def transposed(self, patch: Tensor) -> Tensor:
        return separable(self._rows.transposed, self._columns.transposed, patch)

    def enlarge(self, patch: Tensor) -> Tensor:
        return separable(self._rows.enlarge, self._columns.enlarge, patch)

    def spread(self, change: Tensor) -> Tensor:
        return self.enlarge(change)

    def lift(self, change: Tensor) -> Tensor:
        return separable(self._rows.lift, self._columns.lift, change)

    def deal(self, patch: Tensor) -> Tensor:
        """A patch's values on all that its pixels see: a mean where two see one, 0 where none."""
        return separable(self._rows.deal, self._columns.deal, patch)

    def shrink_noise(self, noise: Tensor) -> Tensor:
        return separable(self._rows.noise, self._columns.noise, noise)


class PlainSpace:
    """Pictures resampled channel by channel: right for pixels, a makeshift for latents."""

    def __init__(self, geometry: Geometry) -> None:
        self.geometry = geometry

    def link(self, parent: int, child: int) -> PlainLink | None:
        # Where the frame alone holds no pixel, the chain has none either: spare building it.
        if any(p.window.start == p.window.stop for p in self.geometry.placement(parent, child)):
            return None
        pairs = [self.geometry.placement(*pair) for pair in self.geometry.way(parent, child)]
        rows = axis_link(tuple(pair[0] for pair in pairs))
        columns = axis_link(tuple(pair[1] for pair in pairs))
        return PlainLink(rows, columns) if rows and columns else None


@lru_cache(maxsize=64)
def plain_space(geometry: Geometry) -> PlainSpace:
    return PlainSpace(geometry)


def as_space(geometry: Geometry | Space) -> Space:
    """A space as it is; for a bare geometry, the plain one."""
    return plain_space(geometry) if isinstance(geometry, Geometry) else geometry
