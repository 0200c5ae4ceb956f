"""A film: a stack, a path, and how it is looked at. The one door to its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from ..scene.geometry import Geometry
from ..scene.span import Span
from .frames import FrameRenderer, stored
from .overlay import Overlay, Patch, check_inside, coloured
from .path import Path
from .planes import PlaneRenderer


@dataclass(frozen=True, eq=False)
class Film:
    """The frames of ``path`` through ``levels`` (N, C, H, W) in [0, 1], widest first.

    ``height`` x ``width`` pixels each; 0: the levels' own. ``overlay`` is what lies over them.
    Frames are numbered from 0, negative ones from the end; each is made when it is asked for, by
    any thread, and none is kept. What ``picture`` and ``rgb`` show is what ``planes`` stores.

    Raises ``ValueError`` where the levels do not fit the geometry, ``IndexError`` for a frame that
    is not there.
    """

    levels: Tensor
    geometry: Geometry
    path: Path
    height: int = 0
    width: int = 0
    overlay: Overlay | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "height", self.height or self.geometry.height)
        object.__setattr__(self, "width", self.width or self.geometry.width)
        _ = self._frames  # whose checks are for whoever makes the film

    def __len__(self) -> int:
        return len(self.path)

    @torch.no_grad()
    def picture(self, number: int) -> Tensor:
        """Frame ``number``: (C, height, width) in [0, 1], in the levels' dtype, on their device."""
        return coloured(self._frames.picture(self.path[number]), self._patches(number))

    def rgb(self, number: int, bits: int = 8) -> np.ndarray:
        """Frame ``number``: (height, width, 3), uint8, or uint16 for 16 ``bits``."""
        return stored(self.picture(number), bits)

    def planes(self, number: int, bits: int = 8) -> np.ndarray:
        """Frame ``number`` as ``encode`` takes it: Y'CbCr, (height * 3 / 2, width), uint8, or
        uint16 for more than 8 ``bits``. Raises ``ValueError`` for an odd size."""
        return self._planes.render(self.path[number], bits, self._patches(number))

    def view(self, number: int) -> tuple[Span, Span]:
        """What frame ``number`` shows, in the frame of the level that its depth names."""
        return self._frames.view(self.path[number])

    def _patches(self, number: int) -> tuple[Patch, ...]:
        if self.overlay is None:
            return ()
        patches = tuple(self.overlay.at(number % len(self)))
        for patch in patches:
            check_inside(patch, self.height, self.width)
        return patches

    @cached_property
    def _frames(self) -> FrameRenderer:
        return FrameRenderer(self.levels, self.geometry, self.height, self.width)

    @cached_property
    def _planes(self) -> PlaneRenderer:
        return PlaneRenderer(self._frames)
