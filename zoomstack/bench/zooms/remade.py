"""A zoom that is worked on, on the benchmark's model: what Rework Zoom does, without ComfyUI."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import torch
from torch import Tensor

from ...demo.networks.flow import sigmas as schedule
from ...joint.consensus import Consensus
from ...joint.coupler import Couple
from ...joint.hold.coupler import HeldCoupler
from ...joint.hold.levels import agreeing
from ...joint.render import render_noise
from ...joint.through_pixels import through
from ...paint.rework.again import again
from ...paint.rework.draft import Draft
from ...paint.rework.extend import extend
from ...paint.rework.insert import insert
from ...paint.rework.settle import settle
from ...scene.geometry import Geometry
from ...scene.stack import ZoomStack
from ...spaces.choose import automatic
from ...spaces.plain import as_space
from ...spaces.space import Space
from ..model.flow import euler_ancestral
from ..model.model import Model
from .job import Job
from .joint import Joint, sample_joint
from .operators import Operators
from .outcome import Outcome, clock
from .places import pixel_grid
from .reworked import Reworked
from .rows import BY_NAME

WAYS = {"auto": "default", "small": "small"}  # rows that make the zoom that is worked on
ANOTHER = 5000  # added to the seed for the level that is made


def sample_reworked(job: Job, row: Reworked, model: Model, operators: Operators) -> Outcome:
    """Make one level of ``job``'s zoom. All that is random follows from its seed."""
    draft = drafted(job, row, finished(job, row, model, operators))
    settings, g = job.settings, job.geometry
    random = torch.Generator().manual_seed(ANOTHER + job.seed)
    sigmas = schedule(settings.steps, settings.shift)
    pictures = draft.stack.levels
    with torch.no_grad():
        space = operators.space(automatic(g), g)
        couple = coupling(draft, row, space, model)
        free = list(draft.free)
        denoise = model.denoiser([job.ladder.prompts[level] for level in draft.free], settings.cfg)
        alone = torch.empty(0)

        def joint(x: Tensor, sigma: Tensor) -> Tensor:
            nonlocal alone
            alone = denoise(x, sigma)
            return couple(alone, float(sigma[0]))

        def noise() -> Tensor:
            white = torch.randn(g.levels, model.channels, g.height, g.width, generator=random)
            return render_noise(white.to(model.device), space)[free]

        start = clock(model.device)
        latents = x = noise()
        for step in euler_ancestral(joint, x, sigmas, noise):
            latents = step.x
        made = model.decode(latents).clamp(0, 1)
        final = settle(draft, made, wider=row.wider).levels
        seconds = clock(model.device) - start
        predicted = pictures.clone()
        predicted[free] = model.decode(alone).clamp(0, 1)
    return Outcome(final, predicted, None, seconds)


def coupling(draft: Draft, row: Reworked, space: Space, model: Model) -> Couple:
    """What makes predicted free levels one scene with the held ones, where ``row`` says."""
    pictures = {level: draft.stack.levels[level] for level in draft.held}
    if row.space == "small":
        pixels = as_space(draft.stack.geometry)
        return through(HeldCoupler(pixels, pictures, wider=row.wider, exact=False), model.small)
    met = {level for pair in space.geometry.neighbours if {*pair} & {*draft.free} for level in pair}
    beside = sorted(met - {*draft.free})
    encoded = model.encode(torch.stack([pictures[level] for level in beside]))
    agreed = agreeing(dict(zip(beside, encoded, strict=True)), space)
    nothing = torch.zeros_like(encoded[0])  # of a level that no free one meets
    held = {level: agreed.get(level, nothing) for level in draft.held}
    return HeldCoupler(space, held, wider=row.wider, exact=False)


def drafted(job: Job, row: Reworked, stack: ZoomStack) -> Draft:
    """What ``row`` asks for, of the zoom that it begins with."""
    level = row.made(job.settings.levels)
    prompts = (str(job.ladder.prompts[level]),)
    if row.deed == "again":
        return again(stack, [level])
    if row.deed == "insert":
        return insert(stack, level - 1, prompts)
    return extend(stack, prompts, row.deed)


@lru_cache(maxsize=4)
def finished(job: Job, row: Reworked, model: Model, operators: Operators) -> ZoomStack:
    """The zoom that ``row`` begins with: the default's, without the level that it adds."""
    levels = range(job.settings.levels)
    kept = [n for n in levels if row.deed == "again" or n != row.made(len(levels))]
    octaves = [job.ladder.octaves[level] for level in kept]
    prompts = tuple(str(job.ladder.prompts[level]) for level in kept)
    zooms = tuple(2.0 ** (deep - wide) for wide, deep in pairwise(octaves))
    geometry = Geometry(job.geometry.height, job.geometry.width, zooms)
    sampled = sample_joint(
        Joint(BY_NAME[WAYS[row.space]], prompts, geometry, job), model, operators
    )
    pixels = pixel_grid(geometry)
    return ZoomStack(Consensus(values=(0.0, 1.0))(sampled.final, pixels), pixels, prompts, job.seed)
