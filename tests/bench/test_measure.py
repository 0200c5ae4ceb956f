"""What is measured of a zoom, each number of the pictures that it is said to be of."""

import math

import pytest
import torch
from toy_model import ToyModel

from zoomstack.bench.model.settings import Settings
from zoomstack.bench.zooms.job import Job
from zoomstack.bench.zooms.operators import Operators
from zoomstack.bench.zooms.outcome import Outcome
from zoomstack.bench.zooms.places import pixel_grid
from zoomstack.bench.zooms.rows import BY_NAME
from zoomstack.bench.zooms.sampling import measure, photograph, sample_zoom
from zoomstack.joint.blend import agreement
from zoomstack.joint.consensus import Consensus
from zoomstack.measure.colour import mean_colours
from zoomstack.measure.detail import decibels, detail, disagreements
from zoomstack.measure.seam import seams, visible
from zoomstack.spaces.plain import as_space

TINY = Settings(size=64, levels=3, steps=4)
JOB = Job(BY_NAME["photo-exact"], 0, TINY)


def pictures(seed):
    return torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def outcome():
    """Pictures that have nothing in common: no number of one can pass for that of another."""
    return Outcome(pictures(0), pictures(1), pictures(2)[0], 3.5)


def test_each_number_is_of_the_pictures_that_it_is_said_to_be_of(outcome):
    model, grid = ToyModel(), as_space(pixel_grid(JOB.geometry))
    found = measure(JOB, outcome, model)
    film = Consensus()(outcome.final, grid)
    back = model.decode(model.encode(outcome.photo[None]))[0]
    expected = {
        "agreement": list(agreement(outcome.alone, grid)),
        "bands": disagreements(outcome.alone, grid),
        "frame": visible(outcome.final, seams(JOB.geometry, 8)),
        "film_frame": visible(film, seams(JOB.geometry, 8)),
        "detail": detail(outcome.final),
        "film_detail": detail(film),
        "colour": mean_colours(outcome.final),
        "seconds": 3.5,
        "photo": decibels(film[0], outcome.photo),
        "photo_coded": decibels(back, outcome.photo),
        "octaves": list(JOB.ladder.octaves),
        "prompts": list(JOB.ladder.prompts),
    }
    assert {name: found[name] for name in expected} == expected


class Judge(ToyModel):
    """Holds each level likeliest to show the scale that it is told."""

    def __init__(self, likely):
        super().__init__()
        self.likely = likely

    def log_probabilities(self, pictures):
        return self.likely


def test_a_level_between_two_scales_may_be_seen_as_either(outcome):
    (first,), (second, third), _ = JOB.ladder.names
    shares = torch.full((3, 15), 0.01)
    shares[0, first] = 0.86  # right
    shares[1, second], shares[1, third] = 0.36, 0.51  # right: it lies between them
    shares[2, first] = 0.86  # two scales off
    found = measure(JOB, outcome, Judge(shares.log()))
    assert found["seen"] == [first, third, first]
    assert found["right"] == [True, True, False]
    expected = [math.log(share) for share in (0.86, 0.36 + 0.51, 0.01)]
    assert found["log_probability"] == pytest.approx(expected, abs=1e-5)


def test_seeds_on_the_same_ladder_have_noise_and_photos_of_their_own():
    model = ToyModel()
    one, other = (Job(BY_NAME["photo-exact"], seed, TINY) for seed in (0, 14))
    assert one.ladder.prompts == other.ladder.prompts
    assert not torch.equal(photograph(one), photograph(other))
    alone = [Job(BY_NAME["independent"], job.seed, TINY) for job in (one, other)]
    finals = [sample_zoom(job, model, Operators(model)).final for job in alone]
    assert not torch.equal(*finals)
