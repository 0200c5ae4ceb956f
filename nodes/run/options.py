"""What a user sets on a run of joint sampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from ...zoomstack.joint.blend import Method, Weighting
from ...zoomstack.joint.consensus import Consensus, Coupling
from ...zoomstack.spaces.choose import Kind

SpaceName = Literal["auto", "latent", "small", "pixel"] | Kind
SPACES = ("auto", "small", *get_args(Kind), "latent", "pixel")  # as the menu shows them


@dataclass(frozen=True)
class Options:
    """The sampler's advanced inputs; each is a switch of the paper's ablations or a limit."""

    space: SpaceName = "auto"
    pixel_budget: float = 0.2
    pixel_steps: int = 1
    coupling: Coupling = "joint"
    blend: Method = "laplacian"
    weighting: Weighting = "snr"
    feather: float = 0.25
    shared_noise: bool = True
    couple_start: float = 0.0
    couple_end: float = 1.0
    levels_per_batch: int = 0

    @property
    def consensus(self) -> Consensus:
        return Consensus(self.coupling, self.blend, self.weighting, self.feather)
