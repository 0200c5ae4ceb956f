"""What the host's wrappers and the pack's runs know of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import torch
from torch import Tensor

from .. import routing

if TYPE_CHECKING:
    from comfy.model_patcher import ModelPatcher


class Site(NamedTuple):
    """What a run of sampling is about to do: handed to ``Plan.start``."""

    patcher: ModelPatcher
    shape: tuple[int, ...]  # of the latent, levels first
    sigmas: Tensor
    conds: dict[str, list[routing.Entry]]

    @property
    def latent_format(self) -> Any:
        return self.patcher.get_model_object("latent_format")

    @property
    def device(self) -> torch.device:
        return self.patcher.load_device

    def process_in(self, latent: Tensor) -> Tensor:
        """From the space of LATENT wires to the space the model denoises in."""
        return self.patcher.model.process_latent_in(latent)

    def process_out(self, latent: Tensor) -> Tensor:
        return self.patcher.model.process_latent_out(latent)


class Run(Protocol):
    """One run's joint sampling, as the wrappers call it; latents in the model's own layout."""

    most: int  # levels per model call; 0 for as many as fit
    shares_noise: bool

    @property
    def levels(self) -> int: ...
    @property
    def router(self) -> routing.Router: ...
    def noise(self, white: Tensor) -> Tensor: ...
    def couple(self, x0: Tensor, sigma: Tensor) -> Tensor: ...
    def settle(self, latent: Tensor) -> Tensor: ...
    def ends_coupled(self) -> bool: ...
    def sheet(self, x0: Tensor) -> Tensor: ...
    def tell(self, step: int, total: int) -> None: ...


class Plan(Protocol):
    def start(self, site: Site) -> Run: ...
