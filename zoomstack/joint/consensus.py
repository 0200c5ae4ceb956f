"""How views become one scene: blended, then rendered, or one of the paper's ablations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from torch import Tensor

from ..scene.checks import check_choice
from ..scene.geometry import Geometry
from ..spaces.plain import as_space
from ..spaces.space import Space
from .blend import Method, Show, Weighting, blend, check_options
from .render import render

Coupling = Literal["joint", "iterative", "independent"]


@dataclass(frozen=True)
class Consensus:
    """How views become one scene: ``consensus(views, geometry) -> views that agree``.

    ``coupling``: ``joint`` blends, then renders; ``iterative`` only renders, each level keeping
    its own prediction (both after Wang et al., section 5.3); ``independent`` does neither.
    ``method``, ``weighting`` and ``feather`` are ``blend``'s. ``values`` is the range that a
    stack's values are cut to before it is rendered (afterwards views would disagree): (0, 1) for
    pictures, None for predictions, whose values have none. ``weights`` are ``blend``'s, one a
    level, or none where all levels count alike.
    """

    coupling: Coupling = "joint"
    method: Method = "laplacian"
    weighting: Weighting = "snr"
    feather: float = 0.25
    values: tuple[float, float] | None = None
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        check_choice("coupling", self.coupling, get_args(Coupling))
        check_options(self.weighting, self.feather, self.method)

    def __call__(
        self, views: Tensor, geometry: Geometry | Space, show: Show | None = None
    ) -> Tensor:
        """Views (N, C, H, W) that agree; the same shape out. ``show`` is ``blend``'s."""
        space = as_space(geometry)
        if self.coupling == "joint" and len(views) > 1:
            how = (self.weighting, self.feather, self.method, show, self.weights)
            views = blend(views, space, *how)
        if self.values is not None:
            views = views.clamp(*self.values)
        return views if self.coupling == "independent" or len(views) == 1 else render(views, space)

    def of(self, levels: Sequence[int]) -> Consensus:
        """The same of some levels alone: with their weights."""
        if not self.weights:
            return self
        return replace(self, weights=tuple(self.weights[level] for level in levels))
