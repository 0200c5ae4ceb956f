"""What the host's wrappers and the pack's runs know of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import torch
from torch import Tensor

from ...conditioning.levels import Router
from ...conditioning.rows import Rows
from ...conditioning.tags import Entry

if TYPE_CHECKING:
    from comfy.model_patcher import ModelPatcher

    from ....zoomstack.joint.denoise import Denoise
    from ....zoomstack.windows.tiling import Windows
    from ...conditioning.view import View
    from ...conditioning.windows import Cutter


class Site(NamedTuple):
    """What a run of sampling is about to do: handed to a plan's ``start``."""

    patcher: ModelPatcher
    shape: tuple[int, ...]  # of the latent, levels first
    sigmas: Tensor
    conds: dict[str, list[Entry]]

    @property
    def latent_format(self) -> Any:
        return self.patcher.get_model_object("latent_format")

    @property
    def device(self) -> torch.device:
        return self.patcher.load_device

    @property
    def repeats_text(self) -> bool:
        """Whether a text said twice over is answered as the text is.

        So it is where pictures look at text and at nothing beside it: in a UNet's attention. Where
        both are in one attention (PixelDiT, Stable Cascade), twice the text counts twice.
        """
        from comfy.ldm.modules.diffusionmodules.openaimodel import UNetModel

        return isinstance(self.patcher.model.diffusion_model, UNetModel)

    @property
    def straight(self) -> bool:
        """Whether noisy latents lie on a flow's straight path; else they are latent + sigma noise.

        Raises ``ValueError`` for a model whose noise is mixed in another way.
        """
        mixing: Any = self.patcher.get_model_object("model_sampling")
        half, one = torch.full((1,), 0.5), torch.ones(1)
        left = float(mixing.noise_scaling(half, torch.zeros(1), one))
        if left not in (0.5, 1.0):
            raise ValueError(
                f"{type(mixing).__name__} mixes noise in a way that smaller pictures cannot be "
                "made for; set multiscale to 0."
            )
        return left == 0.5

    def process_in(self, latent: Tensor) -> Tensor:
        """From the space of LATENT wires to the space the model denoises in."""
        return self.patcher.model.process_latent_in(latent)

    def process_out(self, latent: Tensor) -> Tensor:
        return self.patcher.model.process_latent_out(latent)


class LevelsRun(Protocol):
    """One run's joint sampling, as the wrappers call it; latents in the model's own layout."""

    most: int  # levels per model call, none more than there are; 0 for as many as fit
    shares_noise: bool
    seeds: tuple[int | None, ...]  # of each level's own noise; none where all have the sampler's

    cfgs: tuple[float | None, ...]  # what guides each level; none where all have the guider's

    @property
    def levels(self) -> int:
        """How many are sampled: the rows of the latent."""
        ...

    @property
    def rows(self) -> Rows:
        """Which levels they are, of how many; the others are held."""
        ...

    @property
    def alone(self) -> bool:
        """Whether one level is all there is, of which the model alone makes the result."""
        ...

    @property
    def router(self) -> Router: ...
    @property
    def vae(self) -> Any:
        """The VAE that is gone through while the model samples, or None."""
        ...

    def noise(self, white: Tensor) -> Tensor:
        """White noise, shared by the levels."""
        ...

    def look(self, noisy: Tensor) -> None:
        """Say so where the noise of a latent to start from is not shared."""
        ...

    def begin(self, sigma: Tensor) -> None:
        """A prediction is about to be made at ``sigma``, as the sampler gave it, one a level."""
        ...

    def sigma(self) -> float:
        """That of the prediction; waits until the device has told it."""
        ...

    def couple(self, x0: Tensor, free: Tensor | None = None) -> Tensor:
        """What was predicted, clean latents, as one scene; as it is where ``free`` is 0."""
        ...

    def check(self) -> None:
        """Raise ``ValueError`` for a prediction that was no number; waits for the device."""
        ...

    def finish(self) -> None:
        """All steps are done: ``check``, and say how it went."""
        ...

    def settle(self, latent: Tensor) -> Tensor:
        """Clean latents, one scene."""
        ...

    def ends_coupled(self) -> bool:
        """Whether the last step's levels are one scene."""
        ...

    def sheet(self, x0: Tensor) -> Tensor:
        """All levels side by side in one latent, held ones too, for the preview."""
        ...

    def about_sheet(self) -> dict[str, Any]:
        """How the sheet is laid out and where its levels lie, in plain values, for the page."""
        ...

    def tell(self, step: int, total: int) -> None:
        """Say how far the run is."""
        ...

    def end(self, latent: Tensor) -> None:
        """Say what came of it; ``latent`` is clean."""
        ...


class LevelsPlan(Protocol):
    """What is known of a zoom before it is sampled."""

    def start(self, site: Site) -> LevelsRun: ...


class WindowsRun(Protocol):
    """One run's windows, as the wrappers call it; latents in the model's own layout."""

    windows: Windows  # over the whole picture
    most: int  # windows per model call; 0 for as many as fit
    differentiates: bool  # whether ``predict`` asks for gradients of the model
    cutter: Cutter

    def view(self, x: Tensor) -> View:
        """What a call with pictures ``x`` shows."""
        ...

    def predict(self, denoise: Denoise, show: Denoise, x: Tensor, sigma: Tensor) -> Tensor:
        """The prediction for ``x``; ``show`` is differentiable, and of one window alone."""
        ...


class WindowsPlan(Protocol):
    """What is known of windows before a picture is sampled in them."""

    def start(self, site: Site) -> WindowsRun: ...
