"""What rendering, blending and anchoring need of a picture space: operators between levels.

The maths is written once against these two protocols. ``resample.PlainSpace`` implements them
with one matrix per axis (pixels, or latents for want of better); ``fitted.FittedSpace`` with
operators learned from a VAE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from ..scene.geometry import Geometry

Window = tuple[slice, slice]


class Link(Protocol):
    """The operators between a level and a deeper one that it shows.

    Pictures are (..., H, W); a *patch* is the part of the wider level that ``window`` cuts out:
    its pixels that lie wholly inside the deeper level's frame.
    """

    @property
    def window(self) -> Window: ...

    def shrink(self, picture: Tensor) -> Tensor:
        """The deeper picture as the wider level sees it: a patch. The paper's D."""
        ...

    def enlarge(self, patch: Tensor) -> Tensor:
        """The deeper picture, as far as the patch knows it."""
        ...

    def spread(self, change: Tensor) -> Tensor:
        """A smooth change of the deeper picture for a change of the patch; linear. U."""
        ...

    def lift(self, change: Tensor) -> Tensor:
        """As ``spread``, and exact: ``shrink(x + lift(c)) = shrink(x) + c``."""
        ...

    def shrink_noise(self, noise: Tensor) -> Tensor:
        """White noise of the deeper level as white noise of the patch, of variance 1. W."""
        ...


class Space(Protocol):
    """Pictures of one kind under a geometry."""

    @property
    def geometry(self) -> Geometry: ...

    def link(self, parent: int, child: int) -> Link | None:
        """From level ``parent`` to a deeper ``child``; None where not one pixel shows it."""
        ...


def as_space(geometry: Geometry | Space) -> Space:
    """A space as it is; for a bare geometry, the plain one."""
    from ..scene.geometry import Geometry
    from .plain import plain_space

    return plain_space(geometry) if isinstance(geometry, Geometry) else geometry


def check_levels(levels: Tensor, g: Geometry) -> None:
    """Raise ``ValueError`` unless ``levels`` is (N, C, H, W) as the geometry says."""
    if levels.ndim != 4 or levels.shape[0] != g.levels or levels.shape[2:] != (g.height, g.width):
        raise ValueError(
            f"The geometry has {g.levels} levels of {g.height} x {g.width} (rows x columns) but "
            f"the tensor's shape is {tuple(levels.shape)}; it must be (levels, channels, rows, "
            "columns). Resize the levels, or use geometry.resized(height, width)."
        )
