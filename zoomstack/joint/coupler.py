"""What makes predicted levels one scene at a point of a sampling: anchors, then consensus.

Wang et al. (2023), Alg. 2 without its model: between a prediction of all levels and the sampler's
step. ``JointDenoiser`` puts it after a denoiser; a host that has a model of its own calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from torch import Tensor

from ..scene.geometry import Geometry
from ..spaces.plain import as_space
from ..spaces.space import Space
from .anchor import PhotoAnchor
from .blend import Show
from .consensus import Consensus
from .render import render_noise
from .schedule import Schedule, within

Couple = Callable[[Tensor, "float | Tensor"], Tensor]
"""``couple(views, sigma) -> views`` that are one scene; views are predicted clean levels."""


class Showing(Protocol):
    """A ``Couple`` of pictures that may be told how a level shows another, as ``Coupler`` is."""

    def __call__(
        self, views: Tensor, sigma: float | Tensor, show: Show | None = None
    ) -> Tensor: ...


class Coupler:
    """Makes predicted views one scene; itself ``couple(views, sigma) -> views``.

    In this order: each of ``anchors`` in its own range of the steps, then ``consensus`` from
    ``start`` to ``end`` of them (ranges need ``sigmas``, the schedule). Views are (N, C, H, W) in
    the space of ``geometry``.

    ``sigma`` is a number or a tensor of one a level, all alike; a tensor on a device that is asked
    for a number waits for the device, so hand a number on where there is one.
    """

    def __init__(
        self,
        geometry: Geometry | Space,
        anchors: Sequence[PhotoAnchor] = (),
        consensus: Consensus | None = None,
        *,
        start: float = 0.0,
        end: float = 1.0,
        sigmas: Sequence[float] | Tensor | None = None,
    ) -> None:
        self.space = as_space(geometry)
        self.anchors = tuple(anchors)
        self.consensus = consensus or Consensus()
        self.range = (start, end)
        self.schedule = None if sigmas is None else Schedule(sigmas)
        if not 0 <= start <= end <= 1:
            raise ValueError(
                f"Coupling acts from start to end, 0 <= start <= end <= 1, not from {start:g} to "
                f"{end:g}."
            )
        ranges = [self.range, *((anchor.start, anchor.end) for anchor in self.anchors)]
        if self.schedule is None and any(part != (0.0, 1.0) for part in ranges):
            raise ValueError(
                "A start or an end is a fraction of the steps, so what couples must know the "
                "schedule; pass sigmas=..., the noise levels of all steps."
            )

    def __call__(self, views: Tensor, sigma: float | Tensor, show: Show | None = None) -> Tensor:
        """Clean views predicted at noise level ``sigma``, as one scene; ``show`` is ``blend``'s."""
        progress = self._progress(sigma)
        for anchor in self.anchors:
            if within(progress, anchor.start, anchor.end):
                views = anchor(views, self.space)
        if not within(progress, *self.range):
            return views
        return self.consensus(views, self.space, show)

    def acts(self, sigma: float | Tensor) -> bool:
        """Whether anything is coupled at noise level ``sigma``."""
        ranges = [(anchor.start, anchor.end) for anchor in self.anchors]
        if self.consensus.coupling != "independent" and self.space.geometry.levels > 1:
            ranges.append(self.range)
        progress = self._progress(sigma)
        return any(within(progress, start, end) for start, end in ranges)

    def noise(self, white: Tensor) -> Tensor:
        """Zoom-consistent white noise of independent white noise, (N, C, H, W)."""
        return render_noise(white, self.space)

    def _progress(self, sigma: float | Tensor) -> float:
        return 0.0 if self.schedule is None else self.schedule.progress(sigma)
