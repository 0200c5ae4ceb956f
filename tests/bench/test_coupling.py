"""Where and when a row's levels meet, step by step, and the noise that they share."""

import pytest
import torch
from toy_model import ToyModel

from zoomstack.bench.model.ladders import BenchLadder
from zoomstack.bench.zooms.coupling import Coupled
from zoomstack.bench.zooms.operators import Operators
from zoomstack.bench.zooms.places import pixel_grid
from zoomstack.bench.zooms.rows import parse_row
from zoomstack.demo.networks.flow import sigmas
from zoomstack.joint.consensus import Consensus
from zoomstack.joint.render import render_noise
from zoomstack.joint.through_pixels import ThroughPixels
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.codec import difference

LADDER = BenchLadder("p2", 3, 0)
GEOMETRY = LADDER.geometry(8, 8)


@pytest.fixture(scope="module")
def toy():
    model = ToyModel()
    return model, Operators(model)


def random(seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(3, ToyModel.channels, 8, 8, generator=generator)


def coupled(spec, toy, steps=4):
    model, operators = toy
    denoise = model.denoiser(LADDER.prompts, 1.0)
    return Coupled(parse_row(spec), denoise, GEOMETRY, model, operators, sigmas(steps))


def places(spec, toy, steps):
    """Where levels met on each step: "latent", "pixel" or, for not at all, "-"."""
    model, _ = toy
    meet = Consensus()
    pixels = ThroughPixels(
        lambda views, sigma: meet(views, pixel_grid(GEOMETRY)),
        model.decode,
        difference(model.encode),
    )
    denoise = coupled(spec, toy, steps)
    met = []
    for step, sigma in enumerate(sigmas(steps)[:-1]):
        answer = denoise(random(step), torch.full((3,), sigma))
        alone = denoise.alone
        ways = {"-": alone, "latent": meet(alone, GEOMETRY), "pixel": pixels(alone, sigma)}
        met += [name for name, way in ways.items() if torch.allclose(answer, way, atol=1e-6)]
    return met


@pytest.mark.parametrize(
    ("spec", "steps", "expected"),
    [
        ("latent", 3, ["latent"] * 3),
        ("independent space=latent", 3, ["-"] * 3),
        ("latent start=0.5", 4, ["-", "-", "latent", "latent"]),
        ("latent end=0.5", 4, ["latent", "latent", "-", "-"]),
        # Counted from the end, which is coupled whatever `every` is.
        ("pixel every=3", 5, ["-", "pixel", "-", "-", "pixel"]),
        ("pixel every=2 between=latent", 3, ["pixel", "latent", "pixel"]),
        ("pixel start=0.5 end=0.75 between=latent", 4, ["latent", "latent", "pixel", "latent"]),
    ],
)
def test_levels_meet_where_a_row_says_on_the_steps_that_it_says(spec, steps, expected, toy):
    assert places(spec, toy, steps) == expected


def test_noise_is_shared_in_the_space_that_a_row_names_and_in_latents_where_pixels_meet(toy):
    white = random(9)
    plain = render_noise(white, GEOMETRY)
    own = {"fitted": "fitted", "twin": "twin", "pixel": None, "latent": None, "default": "fitted"}
    for name, kind in own.items():
        space = toy[1].space(kind, GEOMETRY) if kind else GEOMETRY
        assert torch.equal(coupled(name, toy).noise(white), render_noise(white, space)), name
    assert torch.equal(coupled("plain-noise", toy).noise(white), plain)
    assert torch.equal(
        coupled("pixel noise_space=twin", toy).noise(white),
        render_noise(white, toy[1].space("twin", GEOMETRY)),
    )
    assert torch.equal(coupled("own-noise", toy).noise(white), white)


def test_the_grid_of_pixels_is_eight_times_that_of_latents():
    grid = pixel_grid(Geometry(3, 5, (2.0,), ((0.4, 0.6),)))
    assert (grid.height, grid.width) == (24, 40)
    assert (grid.zooms, grid.focus) == ((2.0,), ((0.4, 0.6),))
