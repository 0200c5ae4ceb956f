"""Scenes that agree, and what couplings do to them."""

import pytest
import torch
from encoders import blurring, exact

from zoomstack import Geometry, agreement
from zoomstack.joint.coupler import Coupler
from zoomstack.joint.through_pixels import through
from zoomstack.joint.trials.trial import MOST, Trial, scenes, trial
from zoomstack.spaces.fitting.leaves import dead_leaves

OFF = Geometry(48, 64, (2.5, 1.7))


@pytest.fixture(scope="module")
def levels():
    return scenes(dead_leaves(2, 204, 272, seed=4), OFF)


def test_scenes_agree_and_show_the_middle(levels):
    pictures = dead_leaves(2, 204, 272, seed=4)
    assert levels.shape == (2, 3, 3, 48, 64)
    for views in levels:
        assert min(agreement(views, OFF)) > 100
    deepest = pictures[0, :, 78:126, 104:168]  # 1 / 4.25 of the sides, in the middle
    assert (levels[0, 2] - deepest).abs().mean() < 0.02


def test_what_changes_nothing_harms_nothing(levels):
    codec = exact()
    found = trial(lambda latents, sigma: latents, codec, levels, OFF)
    assert found == Trial(MOST, MOST)
    found = trial(through(Coupler(OFF), codec), codec, levels, OFF)
    assert min(found) == MOST


def test_latents_resampled_as_if_they_were_pictures_harm_a_scene(levels):
    codec = exact()
    plain = trial(Coupler(OFF.resized(12, 16)), codec, levels, OFF)
    pixels = trial(through(Coupler(OFF), codec), codec, levels, OFF)
    assert plain.score < 30 < pixels.score
    soft = trial(through(Coupler(OFF), blurring()), blurring(), levels, OFF)
    assert plain.score < soft.score < pixels.score


def test_the_score_is_that_of_both_errors():
    assert Trial(30.0, MOST).score == pytest.approx(30.0, abs=1e-3)
    assert Trial(30.0, 30.0).score == pytest.approx(30 - 3.0103, abs=1e-3)


def test_harm_is_of_the_deeper_levels_alone(levels):
    def widest(latents, sigma):
        return torch.cat([latents[:1] * 0, latents[1:]])

    assert trial(widest, exact(), levels, OFF).unharmed == MOST
