"""A film: a stack, a path, and how it is looked at. The one door to its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from ..scene.depth import Depth
from ..scene.geometry import Geometry
from ..scene.span import Span
from .frames import FrameRenderer, stored
from .overlay import Overlay, Patch, check_inside, coloured
from .path import Path
from .planes import PlaneRenderer
from .roll import covered_path, rolled
from .shot import Moment, Shot

MOST_OPEN = 360.0  # degrees: until the next frame's shutter opens


@dataclass(frozen=True, eq=False)
class Film:
    """The frames of ``path`` through ``levels`` (N, C, H, W) in [0, 1], widest first.

    ``height`` x ``width`` pixels each; 0: the levels' own. ``overlay`` is what lies over them.
    The picture turns by ``roll`` turns, clockwise, on the way in (``roll.rolled``), and ``path``
    is begun as deep as the widest level covers that: ``lost`` is the share of its area that is not
    shown then. ``shutter`` is how long a frame is exposed, in degrees of 360 for the time to the
    next: 180 is a film camera's, 0 is no time.

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
    roll: float = 0.0
    shutter: float = 0.0
    lost: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "height", self.height or self.geometry.height)
        object.__setattr__(self, "width", self.width or self.geometry.width)
        if not 0 <= self.shutter <= MOST_OPEN:
            raise ValueError(
                f"shutter is {self.shutter:g} degrees; it must be from 0 to {MOST_OPEN:g}, such as "
                "180."
            )
        # Whose checks are for whoever makes the film.
        camera = self._frames.camera
        path, lost = covered_path(self.path, camera, (self.height, self.width), self.roll)
        object.__setattr__(self, "path", path)
        if lost:  # else as it is: a film that is changed a little has a path that is covered
            object.__setattr__(self, "lost", lost)

    def __len__(self) -> int:
        return len(self.path)

    @torch.no_grad()
    def picture(self, number: int) -> Tensor:
        """Frame ``number``: (C, height, width) in [0, 1], in the levels' dtype, on their device."""
        return coloured(self._frames.taken(self._shot(number)), self._patches(number))

    def rgb(self, number: int, bits: int = 8) -> np.ndarray:
        """Frame ``number``: (height, width, 3), uint8, or uint16 for 16 ``bits``."""
        return stored(self.picture(number), bits)

    def planes(self, number: int, bits: int = 8) -> np.ndarray:
        """Frame ``number`` as ``encode`` takes it: Y'CbCr, (height * 3 / 2, width), uint8, or
        uint16 for more than 8 ``bits``. Raises ``ValueError`` for an odd size."""
        return self._planes.render(self._shot(number), bits, self._patches(number))

    def _shot(self, number: int) -> Depth | Shot:
        """How frame ``number`` is taken: a plain depth where nothing turns and no shutter opens."""
        depth = self.path[number]
        if not (self.roll or self.shutter):
            return depth
        at, half = number % len(self), self.shutter / 360 / 2
        middle, opened, closed = (self._moment(at + later) for later in (0.0, -half, half))
        shares = [self.path.share(at + later) for later in (0.0, -half, half)]
        if (shares[1] - shares[0]) * (shares[2] - shares[0]) > 0 and not self.path.loops:
            opened = middle  # where the camera turns back, it takes the same way twice
        return Shot(middle, opened, closed)

    def _moment(self, moment: float) -> Moment:
        return Moment(self.path.at(moment), rolled(self.path, self.roll, moment))

    def view(self, number: int) -> tuple[Span, Span]:
        """What frame ``number`` shows, but for its roll, in the frame of its depth's level."""
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
