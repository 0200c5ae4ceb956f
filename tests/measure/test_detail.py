"""Detail and disagreement, octave by octave."""

import math

import pytest
import torch
from textures import SIZE, texture

from zoomstack import Geometry, render
from zoomstack.joint.blend import agreement
from zoomstack.measure.detail import decibels, detail, disagreements, sharpness
from zoomstack.spaces.plain import plain_space


def test_detail_follows_the_fine_octaves_alone():
    fine = texture(7)
    coarse = torch.linspace(0, 1, SIZE).expand(3, SIZE, SIZE)
    one, twice, both = detail(torch.stack([fine, 2 * fine, fine + coarse]))
    assert twice == pytest.approx(2 * one, rel=1e-3)
    assert both == pytest.approx(one, rel=0.05)


@pytest.mark.parametrize(("period", "least", "most"), ((3, 0.98, 1), (8, 0.85, 1), (24, 0, 0.25)))
def test_detail_is_what_waves_of_up_to_some_eight_pixels_hold(period, least, most):
    wave = torch.cos(torch.arange(SIZE) * math.tau / period).expand(3, SIZE, SIZE)
    (found,) = detail(wave[None])
    assert least <= found / wave.std() <= most


def test_levels_without_detail_are_as_sharp_as_each_other():
    assert sharpness([0, 1e-9], [1e-9, 0]) == pytest.approx([0, 0], abs=1e-4)
    assert sharpness([0.02, 0.04], [0.04, 0.02]) == pytest.approx(
        [-math.log(2), math.log(2)], rel=0.01
    )


def test_a_disagreement_is_found_in_its_octave():
    g = Geometry(64, 64, (2.0,))
    space = plain_space(g)
    views = render(torch.rand(2, 3, 64, 64), g)
    (exact,) = disagreements(views, space)
    assert min(exact) > 100
    wave = torch.cos(torch.arange(32) * math.tau / 8).expand(32, 32)  # 8 pixels: octave 2 or so
    views[0, :, 16:48, 16:48] += 0.1 * wave
    (bands,) = disagreements(views, space)
    assert bands.index(min(bands)) in (1, 2)
    assert agreement(views, space)[0] == pytest.approx(23.01, abs=0.1)


def test_a_difference_of_brightness_alone_is_found_in_the_coarsest_octave():
    views = torch.tensor([0.5, 0.6])[:, None, None, None].expand(2, 3, 32, 32)
    (bands,) = disagreements(views.double(), plain_space(Geometry(32, 32, (2.0,))))
    assert bands == pytest.approx([120, 120, 120, 120, 20])  # of 16, 8, 4, 2 pixels and 1


def test_what_no_pixel_shows_disagrees_in_no_octave():
    assert disagreements(torch.rand(2, 3, 16, 16), plain_space(Geometry(16, 16, (60.0,)))) == [[]]


def test_decibels():
    black = torch.zeros(3, 4, 4)
    assert decibels(black, torch.full((3, 4, 4), 0.1)) == pytest.approx(20)
    assert decibels(black, black) == 120
