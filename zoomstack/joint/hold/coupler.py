"""What makes predicted free levels one scene with the levels that are held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from ...scene.geometry import Geometry
from ...spaces.space import Space
from ..anchor import PhotoAnchor
from ..blend import Show
from ..consensus import Consensus
from ..coupler import Coupler
from ..render import render_noise
from ..schedule import within
from .levels import Holder
from .part import Part


class HeldCoupler(Coupler):
    """As ``Coupler``, of the free levels alone: (F, C, H, W) in and out, widest first.

    ``held`` maps levels to pictures (C, H, W) in the space of ``geometry``, which the model is not
    asked for. In this order: each of ``anchors`` in its own range of the steps; then, from
    ``start`` to ``end`` of them, free levels that are neighbours meet by ``consensus``, and all
    meet the held ones (``levels.hold``, where ``wider`` is explained; it has the consensus'
    ``feather``), whatever the consensus' ``coupling``. Where what is sampled is to be made to agree
    in the end (``paint.rework.settle``), a held parent need not be met ``exact``ly at every step.

    Pictures that were encoded one by one agree as far as they do; ``levels.agreeing`` makes of them
    such that agree as the space sees it.

    Raises ``ValueError`` as ``Coupler`` does and ``levels.hold``, and where no level is free.
    """

    def __init__(
        self,
        geometry: Geometry | Space,
        held: Mapping[int, Tensor],
        anchors: Sequence[PhotoAnchor] = (),
        consensus: Consensus | None = None,
        *,
        wider: float = 1.0,
        exact: bool = True,
        start: float = 0.0,
        end: float = 1.0,
        sigmas: Sequence[float] | Tensor | None = None,
    ) -> None:
        super().__init__(geometry, anchors, consensus, start=start, end=end, sigmas=sigmas)
        self._holder = Holder(self.space, held, wider, self.consensus.feather, exact=exact)
        levels = range(self.space.geometry.levels)
        self.free = tuple(level for level in levels if level not in held)
        if not self.free:
            raise ValueError(
                f"All {len(levels)} levels are held, so there is nothing to sample; leave at least "
                "one free."
            )
        self._parts = [
            (list(run.levels), Part(self.space, run.levels)) for run in self._holder.runs
        ]
        self._among = [self.consensus.of(levels) for levels, _ in self._parts]

    def __call__(self, views: Tensor, sigma: float | Tensor, show: Show | None = None) -> Tensor:
        """Clean free views predicted at ``sigma``, one scene with the held ones."""
        if len(views) != len(self.free):
            raise ValueError(
                f"{len(views)} levels were predicted but {len(self.free)} are free: "
                f"{', '.join(map(str, self.free))}; held ones are not to be asked for."
            )
        free = list(self.free)
        whole = views.new_empty(self.space.geometry.levels, *views.shape[1:])
        whole[free] = views
        for level, picture in self._holder.held.items():
            whole[level] = picture.to(views)
        progress = self._progress(sigma)
        for anchor in self.anchors:
            if within(progress, anchor.start, anchor.end):
                whole = anchor(whole, self.space)
        if within(progress, *self.range):
            for (levels, part), among in zip(self._parts, self._among, strict=True):
                whole[levels] = among(whole[levels], part, show)
            whole = self._holder(whole)
        return whole[free]

    def acts(self, sigma: float | Tensor) -> bool:
        """Whether anything is coupled at noise level ``sigma``."""
        return within(self._progress(sigma), *self.range) or super().acts(sigma)

    def noise(self, white: Tensor) -> Tensor:
        """Zoom-consistent white noise of white noise (N, C, H, W), of the free levels.

        White noise of the free levels alone, (F, C, H, W), is shared by those that are neighbours.
        """
        if len(white) == self.space.geometry.levels:
            return render_noise(white, self.space)[list(self.free)]
        shared = torch.empty_like(white)
        for levels, part in self._parts:
            at = [self.free.index(level) for level in levels]
            shared[at] = render_noise(white[at], part)
        return shared
