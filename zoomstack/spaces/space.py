"""What rendering, blending and anchoring need of a picture space: operators between levels.

The maths is written once against these two protocols. ``plain.PlainSpace`` implements them with
one matrix per axis (pixels, or latents for want of better); ``fitted.FittedSpace`` with operators
learned from a VAE, ``twin.TwinSpace`` with a linear stand-in for one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from torch import Tensor

if TYPE_CHECKING:
    from ..scene.geometry import Geometry

Window = tuple[slice, slice]
"""Rows and columns of a level's grid."""

Encode = Callable[[Tensor], Tensor]
"""``encode(pictures (B, 3, H, W) in [0, 1]) -> latents (B, C, H / ratio, W / ratio)``."""


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

    def shrink_change(self, change: Tensor) -> Tensor:
        """What ``shrink`` makes of a change of the deeper picture; linear where that is affine."""
        ...

    def transposed(self, patch: Tensor) -> Tensor:
        """The transpose of ``shrink_change``: a deeper picture."""
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
