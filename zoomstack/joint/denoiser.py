"""The denoiser of all levels together: predict, anchor, blend, render."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor

from ..scene.geometry import Geometry
from ..spaces.space import Space, as_space
from .anchor import PhotoAnchor
from .blend import Method, Weighting, blend, check_choice, check_options
from .render import render, render_noise

Coupling = Literal["joint", "iterative", "independent"]
Denoise = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Consensus:
    """How views become one scene: ``consensus(views, geometry) -> views that agree``.

    ``coupling``: ``joint`` blends, then renders; ``iterative`` only renders, each level keeping
    its own prediction (both after Wang et al., section 5.3); ``independent`` does neither.
    """

    coupling: Coupling = "joint"
    method: Method = "laplacian"
    weighting: Weighting = "snr"
    feather: float = 0.25
    turn: float = 0.0

    def __post_init__(self) -> None:
        check_choice("coupling", self.coupling, get_args(Coupling))
        check_options(self.weighting, self.feather, self.method)
        if not 0 <= self.turn <= 1:
            raise ValueError(f"The turn is a fraction of the steps, 0 to 1, not {self.turn:g}.")

    def __call__(self, views: Tensor, geometry: Geometry | Space, progress: float = 1.0) -> Tensor:
        """Views (N, C, H, W) that agree; ``progress``, 0 to 1, is the fraction of steps done."""
        if self.coupling == "independent" or len(views) == 1:
            return views
        space = as_space(geometry)
        if self.coupling == "joint":
            settled = min(progress / self.turn, 1.0) if self.turn > 0 else 1.0
            views = blend(views, space, self.weighting, self.feather, self.method, settled)
        return render(views, space)


class Schedule:
    """How far the sampling is, 0 to 1, at a noise level of a falling schedule of sigmas."""

    def __init__(self, sigmas: Sequence[float] | Tensor) -> None:
        self.sigmas = torch.as_tensor(sigmas, dtype=torch.float64, device="cpu").flatten()
        self.steps = max(len(self.sigmas) - 1, 1)

    def done(self, sigma: float | Tensor) -> int:
        """The number of steps that are done where the next begins at ``sigma``, of all levels."""
        now = float(torch.as_tensor(sigma).flatten()[0])
        # A sampler may ask between two sigmas, or a little below the first: count those passed.
        passed = int((self.sigmas > now * (1 + 1e-3) + 1e-9).sum())
        return min(passed, self.steps)

    def progress(self, sigma: float | Tensor) -> float:
        """The fraction of the steps that are done: 0 at the first sigma, 1 at the last."""
        return self.done(sigma) / self.steps


class JointDenoiser:
    """A denoiser of (N, C, H, W) that keeps all levels one scene; itself ``denoise(x, sigma)``.

    ``denoise(x, sigma) -> x0`` predicts clean levels at noise level ``sigma``, guidance included.
    After it, in this order: each of ``anchors``, then ``consensus``, from ``start`` to ``end`` of
    the steps (this needs ``sigmas``, the schedule). With one level and no anchor, the answer is
    ``denoise``'s own, untouched.

    Wang et al. (2023), Alg. 2.
    """

    def __init__(
        self,
        denoise: Denoise,
        geometry: Geometry | Space,
        anchors: Sequence[PhotoAnchor] = (),
        consensus: Consensus | None = None,
        *,
        start: float = 0.0,
        end: float = 1.0,
        sigmas: Sequence[float] | Tensor | None = None,
    ) -> None:
        self.denoise = denoise
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
        timed = self.consensus.turn > 0 or any(part != (0.0, 1.0) for part in ranges)
        if self.schedule is None and timed:
            raise ValueError(
                "A start, an end or a turn is a fraction of the steps, so the joint denoiser must "
                "know the schedule; pass sigmas=..., the noise levels of all steps."
            )

    def __call__(self, x: Tensor, sigma: Tensor) -> Tensor:
        return self.couple(self.denoise(x, sigma), sigma)

    def acts(self, sigma: Tensor) -> bool:
        """Whether ``couple`` does anything at noise level ``sigma``."""
        progress = self._progress(sigma)
        ranges = [(anchor.start, anchor.end) for anchor in self.anchors]
        if self.consensus.coupling != "independent" and self.space.geometry.levels > 1:
            ranges.append(self.range)
        return any(within(progress, start, end) for start, end in ranges)

    def couple(self, views: Tensor, sigma: Tensor) -> Tensor:
        """Predicted clean views at noise level ``sigma``, made one scene."""
        progress = self._progress(sigma)
        for anchor in self.anchors:
            if within(progress, anchor.start, anchor.end):
                views = anchor(views, self.space)
        if within(progress, *self.range):
            views = self.consensus(views, self.space, progress)
        return views

    def noise(self, white: Tensor) -> Tensor:
        """Zoom-consistent white noise of independent white noise, (N, C, H, W)."""
        return render_noise(white, self.space)

    def _progress(self, sigma: Tensor) -> float:
        return 0.0 if self.schedule is None else self.schedule.progress(sigma)


def within(progress: float, start: float, end: float) -> bool:
    """Whether a step at ``progress`` belongs to the range; one that ends at 1 has the last too."""
    return start <= progress and (progress < end or end >= 1)
