"""Coupling by a denoiser whose right answer is known: levels must choose one scene, and sharply.

Agreement alone praises a blur; and no network's taste decides here what is right.
"""

import pytest
from ideal import PIXELS, Truth

from zoomstack.bench.space.autoencoder import load
from zoomstack.bench.space.couples import LATENTS, PIXEL, Couples
from zoomstack.joint.blend import agreement
from zoomstack.joint.consensus import Consensus
from zoomstack.joint.coupler import Coupler
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.plain import plain_space

SPACE = plain_space(PIXELS)


def mean(values):
    values = list(values)
    return sum(values) / len(values)


@pytest.fixture(scope="module")
def pictures():
    return Truth(PIXELS)


@pytest.mark.parametrize("eta", (0.0, 1.0), ids=("Euler", "ancestral"))
def test_levels_that_meet_choose_the_same_scene_and_those_that_do_not_choose_apart(pictures, eta):
    alone = [pictures.draw(None, eta=eta, seed=seed) for seed in range(2)]
    joint = [pictures.draw(Coupler(SPACE), SPACE, eta, seed) for seed in range(2)]
    assert mean(pictures.same(drawn.alone) for drawn in alone) < 0.45
    assert mean(pictures.same(drawn.alone) for drawn in joint) > 0.7
    assert mean(min(agreement(drawn.alone, SPACE)) for drawn in joint) > 16
    # What they choose is as sharp as what a level chooses for itself.
    pairs = zip(joint, alone, strict=True)
    assert mean(pictures.sharp(own.alone, other.alone) for own, other in pairs) > 0.93


def test_a_mean_of_whole_pictures_agrees_but_is_no_scene(pictures):
    """The truth tells what agreement hides: the paper's naive ablation is soft."""
    mean_of = Coupler(SPACE, consensus=Consensus(method="average"))
    sharp = []
    for couple in (mean_of, Coupler(SPACE)):
        drawn = [pictures.draw(couple, SPACE, seed=seed) for seed in range(2)]
        alone = [pictures.draw(None, seed=seed) for seed in range(2)]
        pairs = zip(drawn, alone, strict=True)
        sharp.append(mean(pictures.sharp(own.alone, other.alone) for own, other in pairs))
    assert sharp[0] < sharp[1] - 0.03


def test_a_scene_without_noise_is_known_and_noise_says_nothing(pictures):
    """The denoiser itself: of a scene's own levels it says that scene, everywhere."""
    for number in (0, 3):
        levels = pictures.scenes[number]
        sigma = levels.new_full((len(levels),), pictures.sigmas[-2])
        assert (pictures.denoise.weights(levels, sigma).argmax(0) == number).float().mean() > 0.99
        assert (pictures.denoise(levels, sigma) - levels).abs().mean() < 0.01
        assert pictures.same(levels) > 0.99
    # Of nothing but noise it says what all have in common.
    noisy = pictures.denoise(levels, sigma * 1e6)
    assert (noisy - pictures.scenes.mean(0)).abs().max() < 1e-3


@pytest.fixture(scope="module")
def latents():
    """The demo's autoencoder, which needs no ComfyUI, and scenes of its latents."""
    own = load("demo", None, None, "cpu")
    pixels = Geometry(96, 96, (2.0,))
    truth = Truth(pixels, own, patch=5, steps=6)
    alone = truth.draw(None, eta=1.0)
    return truth, Couples(own, own), alone


@pytest.mark.parametrize("way", (*LATENTS, PIXEL), ids=lambda way: way.name)
def test_latents_choose_the_same_scene_in_every_space(latents, way):
    truth, couples, alone = latents
    space = couples.space(way, truth.geometry)
    drawn = truth.draw(couples.couple(way, truth.pixels, truth.sigmas), space, eta=1.0)
    least = 0.3 if way.name == "latent" else 0.5
    assert truth.same(alone.final) < 0.3 and truth.same(drawn.final) > least
    assert truth.sharp(drawn.final, alone.final) > 0.85
