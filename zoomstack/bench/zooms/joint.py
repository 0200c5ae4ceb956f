"""Sampling all levels of a zoom together, as a row says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from ...demo.networks.flow import sigmas as schedule
from ...demo.networks.text import Mixed
from ...scene.geometry import Geometry
from ..model.flow import euler_ancestral
from ..model.model import Model
from .coupling import Coupled
from .job import Job
from .operators import Operators
from .outcome import Outcome, clock
from .rows import Row


class Joint(NamedTuple):
    """A row's way for a ladder that may be another than its job's, of latents; a prompt a level."""

    row: Row
    prompts: Sequence[str | Mixed]
    geometry: Geometry
    job: Job  # settings and seed


def sample_joint(
    what: Joint, model: Model, operators: Operators, photo: Tensor | None = None
) -> Outcome:
    """Sample it. All that is random follows from the seed, on any device."""
    geometry, settings = what.geometry, what.job.settings
    sigmas = schedule(settings.steps, settings.shift)
    random = torch.Generator().manual_seed(what.job.seed)
    shape = (geometry.levels, model.channels, geometry.height, geometry.width)

    def white() -> Tensor:
        return torch.randn(shape, generator=random).to(model.device)

    with torch.no_grad():
        denoise = model.denoiser(what.prompts, settings.cfg)
        coupled = Coupled(what.row, denoise, geometry, model, operators, sigmas, photo)
        start = clock(model.device)
        latents = noise = coupled.noise(white())
        for step in euler_ancestral(coupled, noise, sigmas, lambda: coupled.noise(white())):
            latents = step.x
        seconds = clock(model.device) - start
        final = model.decode(latents).clamp(0, 1)
        same = torch.equal(coupled.alone, latents)
        alone = final if same else model.decode(coupled.alone).clamp(0, 1)
    return Outcome(final, alone, photo, seconds)
