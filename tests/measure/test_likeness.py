"""Whether pictures show the same place: right zooms do, wrong ones do not."""

import math
from dataclasses import replace

import pytest
import torch
from ladders import mixed, pictures

from zoomstack.joint.render import render
from zoomstack.measure.likeness import ALIKE, likeness
from zoomstack.scene.geometry import Geometry

G = Geometry(64, 64, (2.0, 2.0, 2.0))


@pytest.mark.parametrize("g", [G, mixed(), Geometry(64, 64, (2.0, 3.0, 2.0), closed=True)])
def test_levels_that_agree_are_alike_whatever_the_ladder(g):
    views = render(pictures(g), g)
    alike = likeness(views, g)
    assert len(alike) == len(g.neighbours) and min(alike) > 0.999
    noisy = views + 0.05 * torch.randn(views.shape, generator=torch.Generator().manual_seed(1))
    cast = noisy * torch.tensor([0.8, 0.9, 0.7]).view(3, 1, 1) + 0.1
    assert min(likeness(cast.clamp(0, 1), g)) > 2 * ALIKE


@pytest.mark.parametrize("order", [[3, 2, 1, 0], [0, 2, 1, 3], [0, 1, 3, 2]])
def test_pictures_in_another_order_are_not_alike(order):
    assert min(likeness(render(pictures(G), G)[order], G)) < ALIKE / 2


def test_a_wrong_factor_and_a_missing_picture_are_found_where_they_are():
    views = render(pictures(G), G)
    wrong = likeness(views, replace(G, zooms=(2.0, 3.0, 2.0)))
    assert [value < ALIKE for value in wrong] == [False, True, False]
    missing = likeness(views[[0, 1, 3]], replace(G, zooms=(2.0, 2.0), focus=G.focus[:2]))
    assert [value < ALIKE for value in missing] == [False, True]


def test_what_is_flat_says_nothing():
    flat = torch.full((2, 3, 32, 32), 0.5)
    assert math.isnan(likeness(flat, Geometry(32, 32, (2.0,)))[0])
