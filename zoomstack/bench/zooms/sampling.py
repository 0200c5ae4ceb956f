"""Sampling a job's zoom, and measuring what came of it."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from ...demo.world import named
from ...film.film import Film
from ...film.path import Path
from ...joint.blend import agreement
from ...joint.consensus import Consensus
from ...measure.colour import mean_colours
from ...measure.detail import decibels, detail, disagreements
from ...measure.seam import seams, visible
from ...scene.geometry import Geometry
from ...spaces.plain import as_space
from ..model.ladders import PATTERNS
from ..model.model import Model
from ..model.settings import RATIO
from .finding import Measured
from .job import Job
from .joint import Joint, sample_joint
from .methods import Neighbour
from .neighbours import sample_neighbour
from .operators import Operators
from .outcome import Outcome
from .places import pixel_grid
from .remade import sample_reworked
from .reworked import Reworked

PHOTO_SEED = 1000  # the photo of seed s shows scene 1000 + s, another than any prompt's


def run(job: Job, model: Model, operators: Operators) -> tuple[Measured, Tensor]:
    """What was measured, ready for JSON, and the final pictures; a photo comes last."""
    outcome = sample_zoom(job, model, operators)
    shown = [*outcome.final] if outcome.photo is None else [*outcome.final, outcome.photo]
    return measure(job, outcome, model), torch.stack(shown)


def sample_zoom(job: Job, model: Model, operators: Operators) -> Outcome:
    """Sample the zoom of ``job``. All that is random follows from its seed, on any device."""
    row = job.row
    if isinstance(row, Neighbour):
        return sample_neighbour(job, row, model, operators)
    if isinstance(row, Reworked):
        return sample_reworked(job, row, model, operators)
    photo = None if row.anchor == "none" else photograph(job).to(model.device)
    return sample_joint(Joint(row, job.ladder.prompts, job.geometry, job), model, operators, photo)


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
            "prompts": [str(text) for text in ladder.prompts],
            "seen": best,
            "right": [best[i] in names for i, names in enumerate(ladder.names)],
            "log_probability": [float(value) for value in right],
            "agreement": list(agreement(outcome.alone, space)),
            "bands": disagreements(outcome.alone, space),
            "frame": visible(final, borders),
            "film_frame": visible(film, borders),
            "detail": detail(final),
            "film_detail": detail(film),
            "colour": mean_colours(final),
            "seconds": outcome.seconds,
        }
        if PATTERNS[job.row.ladder].span:
            found["lines"] = lines_agreement(job, outcome)
            views = every_octave(film, pixel_grid(job.geometry))
            best = model.log_probabilities(views).argmax(1).tolist()
            first = ladder.octaves[0]
            found["along_detail"] = detail(views)
            found["along_right"] = [one in named(first + n) for n, one in enumerate(best)]
        if isinstance(job.row, Reworked):
            found["made"] = job.row.made(len(final))
        if outcome.photo is not None:
            photo = outcome.photo
            back = model.decode(model.encode(photo[None]))[0].clamp(0, 1)
            found["photo"] = decibels(film[0], photo)
            found["photo_coded"] = decibels(back, photo)
    return found


def lines_agreement(job: Job, outcome: Outcome) -> list[float]:
    """dB of neighbouring lines, as the model predicted them last, whatever was put between."""
    lines, g = job.ladder.lines, pixel_grid(job.geometry)
    zooms = [2.0 ** (g.octaves[b] - g.octaves[a]) for a, b in pairwise(lines)]
    far = Geometry(g.height, g.width, tuple(zooms))
    return list(agreement(outcome.alone[list(lines)], as_space(far)))


def every_octave(film: Tensor, geometry: Geometry) -> Tensor:
    """What a film shows at 1, 2, 4, ... times, whether a level is there or not: (N, 3, H, W)."""
    frames = round(geometry.octaves[-1]) + 1
    way = Path.through(geometry, fps=1, duration=frames)
    return torch.stack([*map(Film(film, geometry, way).picture, range(frames))])


def photograph(job: Job) -> Tensor:
    """The photo (3, H, W) of a photo row: another world, at the widest level's scale."""
    from ...demo.world import Scene, view

    drawn = view(Scene(PHOTO_SEED + job.seed), job.ladder.octaves[0], job.settings.size)
    return torch.from_numpy(drawn).permute(2, 0, 1).contiguous()
