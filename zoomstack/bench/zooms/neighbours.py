"""A zoom made level by level on the benchmark's model: what the nodes do, without ComfyUI."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ...demo.networks.flow import sigmas as schedule
from ...joint.denoise import Denoise, Mix
from ...paint.grid import on_grid, to_cells
from ...paint.inward import inward
from ...paint.masked import MaskedDenoiser
from ...paint.outward import Outpainting, outward
from ..model.flow import euler_ancestral
from ..model.model import Model
from ..model.settings import RATIO
from .coupling import Coupled
from .job import Job
from .methods import Neighbour
from .operators import Operators
from .outcome import Outcome, clock
from .places import pixel_grid
from .rows import BY_NAME


def sample_neighbour(job: Job, row: Neighbour, model: Model, operators: Operators) -> Outcome:
    """Make the zoom of ``job``. All that is random follows from its seed."""
    painter = Painter(job, model)
    geometry, size = pixel_grid(job.geometry), job.settings.size
    start = clock(model.device)
    with torch.no_grad():
        if row.direction == "outward":
            how = Outpainting(row.method, canvas=row.canvas)
            inner = painter.invent(size, geometry.levels - 1)
            final = torch.stack([inner, *outward(inner, geometry, painter.paint, how)][::-1])
        else:
            widest = painter.invent(size, 0)

            def redraw(picture: Tensor, level: int) -> Tensor:
                return painter.redraw(picture, level, row.redraw)

            final = torch.stack([widest, *inward(widest, geometry, redraw)])
        alone = final
        if row.joint > 0:
            final, alone = painter.together(final, row.joint, operators)
    return Outcome(final, alone, None, clock(model.device) - start)


class Painter:
    """Pictures (3, H, W) in [0, 1], painted by the model with a level's prompt."""

    def __init__(self, job: Job, model: Model) -> None:
        self._job, self._model = job, model
        self._random = torch.Generator().manual_seed(job.seed)

    def invent(self, size: int, level: int) -> Tensor:
        """A picture from nothing but its prompt."""
        side = size // RATIO
        latent = torch.zeros(1, self._model.channels, side, side, device=self._model.device)
        return self._painted(latent, self._denoiser(level), 1.0, (size, size))

    def redraw(self, picture: Tensor, level: int, strength: float) -> Tensor:
        """The picture, drawn anew as far as ``strength`` says (img2img)."""
        latent = self._encoded(picture)
        return self._painted(latent, self._denoiser(level), strength, size_of(picture))

    def paint(self, picture: Tensor, mask: Tensor, level: int) -> Tensor:
        """The picture with what the mask marks painted, by blended diffusion."""
        latent = self._encoded(picture)
        marked = to_cells(on_grid(mask[None], RATIO)[0], RATIO)
        denoise, noise = self._denoiser(level), self._white(latent)
        masked = MaskedDenoiser(denoise, latent, marked, noise, Mix.straight)
        return self._painted(latent, masked, 1.0, size_of(picture), noise)

    def together(
        self, levels: Tensor, strength: float, operators: Operators
    ) -> tuple[Tensor, Tensor]:
        """Levels (N, 3, H, W) after a pass of joint sampling, and before they met a last time."""
        job, model = self._job, self._model
        sigmas = self._sigmas(strength)
        denoise = model.denoiser(job.ladder.prompts, job.settings.cfg)
        default = BY_NAME["default"]
        coupled = Coupled(default, denoise, job.geometry, model, operators, sigmas)
        latents = model.encode(levels)

        def noise() -> Tensor:
            return coupled.noise(self._white(latents))

        done = self._sampled(latents, coupled, sigmas, noise)
        return model.decode(done).clamp(0, 1), model.decode(coupled.alone).clamp(0, 1)

    def _denoiser(self, level: int) -> Denoise:
        return self._model.denoiser([self._job.ladder.prompts[level]], self._job.settings.cfg)

    def _encoded(self, picture: Tensor) -> Tensor:
        return self._model.encode(on_grid(picture, RATIO)[None])

    def _white(self, like: Tensor) -> Tensor:
        return torch.randn(like.shape, generator=self._random).to(like.device)

    def _sigmas(self, strength: float) -> list[float]:
        """The last steps of a longer schedule, as KSampler takes them at a denoise under 1."""
        steps, shift = self._job.settings.steps, self._job.settings.shift
        return schedule(int(steps / strength), shift)[-(steps + 1) :]

    def _painted(
        self,
        latent: Tensor,
        denoise: Denoise,
        strength: float,
        size: tuple[int, int],
        noise: Tensor | None = None,
    ) -> Tensor:
        def white() -> Tensor:
            return self._white(latent)

        done = self._sampled(latent, denoise, self._sigmas(strength), white, noise)
        return self._model.decode(done)[0, :, : size[0], : size[1]].clamp(0, 1)

    def _sampled(
        self,
        latents: Tensor,
        denoise: Denoise,
        sigmas: list[float],
        white: Callable[[], Tensor],
        noise: Tensor | None = None,
    ) -> Tensor:
        """From ``latents`` under noise of the first sigma, down to none."""
        noise = white() if noise is None else noise
        x = (1 - sigmas[0]) * latents + sigmas[0] * noise
        for step in euler_ancestral(denoise, x, sigmas, white):
            x = step.x
        return x


def size_of(picture: Tensor) -> tuple[int, int]:
    return picture.shape[-2], picture.shape[-1]
