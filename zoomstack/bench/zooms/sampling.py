"""Sampling a job's zoom, and measuring what came of it."""

from __future__ import annotations

import torch
from torch import Tensor

from ...demo.networks.flow import sigmas as schedule
from ...joint.blend import agreement
from ...joint.consensus import Consensus
from ...measure.colour import mean_colours
from ...measure.detail import decibels, detail, disagreements
from ...measure.seam import seams, visible
from ...spaces.plain import as_space
from ..model.flow import euler_ancestral
from ..model.model import Model
from ..model.settings import RATIO
from .coupling import Coupled
from .finding import Measured
from .job import Job
from .methods import Neighbour
from .neighbours import sample_neighbour
from .operators import Operators
from .outcome import Outcome, clock
from .places import pixel_grid

PHOTO_SEED = 1000  # the photo of seed s shows scene 1000 + s, another than any prompt's


def run(job: Job, model: Model, operators: Operators) -> tuple[Measured, Tensor]:
    """What was measured, ready for JSON, and the final pictures; a photo comes last."""
    outcome = sample_zoom(job, model, operators)
    shown = [*outcome.final] if outcome.photo is None else [*outcome.final, outcome.photo]
    return measure(job, outcome, model), torch.stack(shown)


def sample_zoom(job: Job, model: Model, operators: Operators) -> Outcome:
    """Sample the zoom of ``job``. All that is random follows from its seed, on any device."""
    if isinstance(job.row, Neighbour):
        return sample_neighbour(job, job.row, model, operators)
    row, settings, ladder = job.row, job.settings, job.ladder
    geometry = job.geometry
    sigmas = schedule(settings.steps, settings.shift)
    random = torch.Generator().manual_seed(job.seed)
    shape = (geometry.levels, model.channels, geometry.height, geometry.width)

    def white() -> Tensor:
        return torch.randn(shape, generator=random).to(model.device)

    photo = None
    with torch.no_grad():
        if row.anchor != "none":
            photo = photograph(job).to(model.device)
        denoise = model.denoiser(ladder.prompts, settings.cfg)
        coupled = Coupled(row, denoise, geometry, model, operators, sigmas, photo)
        start = clock(model.device)
        latents = noise = coupled.noise(white())
        for step in euler_ancestral(coupled, noise, sigmas, lambda: coupled.noise(white())):
            latents = step.x
        seconds = clock(model.device) - start
        final = model.decode(latents).clamp(0, 1)
        same = torch.equal(coupled.alone, latents)
        alone = final if same else model.decode(coupled.alone).clamp(0, 1)
    return Outcome(final, alone, photo, seconds)


def measure(job: Job, outcome: Outcome, model: Model) -> Measured:
    """The numbers of a job that need its pictures; ``columns`` makes the table's of them."""
    ladder, final = job.ladder, outcome.final
    space = as_space(pixel_grid(job.geometry))
    borders = seams(job.geometry, RATIO)
    with torch.no_grad():
        film = Consensus()(final, space)  # what is shown: the stack, made exact in pixels
        likely = model.log_probabilities(final).double().cpu()
        right = [likely[i, list(names)].logsumexp(0) for i, names in enumerate(ladder.names)]
        best = likely.argmax(1).tolist()
        found: Measured = {
            "octaves": list(ladder.octaves),
            "prompts": list(ladder.prompts),
            "seen": best,
            "right": [best[i] in names for i, names in enumerate(ladder.names)],
            "log_probability": [float(value) for value in right],
            "agreement": list(agreement(outcome.alone, space)),
            "bands": disagreements(outcome.alone, space),
            "frame": visible(final, borders),
            "film_frame": visible(film, borders),
            "detail": detail(final),
            "colour": mean_colours(final),
            "seconds": outcome.seconds,
        }
        if outcome.photo is not None:
            photo = outcome.photo
            back = model.decode(model.encode(photo[None]))[0].clamp(0, 1)
            found["photo"] = decibels(film[0], photo)
            found["photo_coded"] = decibels(back, photo)
    return found


def photograph(job: Job) -> Tensor:
    """The photo (3, H, W) of a photo row: another world, at the widest level's scale."""
    from ...demo.world import Scene, view

    drawn = view(Scene(PHOTO_SEED + job.seed), job.ladder.octaves[0], job.settings.size)
    return torch.from_numpy(drawn).permute(2, 0, 1).contiguous()
