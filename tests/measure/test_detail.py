"""Detail and disagreement, octave by octave."""

import math

import pytest
import torch
from textures import SIZE, texture

from zoomstack import Geometry, render
from zoomstack.joint.blend import agreement
from zoomstack.measure.detail import decibels, detail, disagreements
from zoomstack.spaces.plain import plain_space


def test_detail_follows_the_fine_octaves_alone():
    fine = texture(7)
    coarse = torch.linspace(0, 1, SIZE).expand(3, SIZE, SIZE)
    one, twice, both = detail(torch.stack([fine, 2 * fine, fine + coarse]))
    assert twice == pytest.approx(2 * one, rel=1e-3)
    assert both == pytest.approx(one, rel=0.05)


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


def test_decibels():
    black = torch.zeros(3, 4, 4)
    assert decibels(black, torch.full((3, 4, 4), 0.1)) == pytest.approx(20)
    assert decibels(black, black) == 120
