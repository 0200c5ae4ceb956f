"""Colours that are led up to a picture from around it."""

import pytest
import torch
from ladders import even, mixed, pictures

from zoomstack.joint.blend import agreement
from zoomstack.measure.seam import seams, visible
from zoomstack.paint.inward import inward
from zoomstack.paint.melt import melted, step_around
from zoomstack.scene.geometry import Geometry


def grains(g, seed, mean, spread=0.03):
    generator = torch.Generator().manual_seed(seed)
    shape = (g.levels, 3, g.height, g.width)
    return mean + spread * torch.randn(shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("g", [Geometry(120, 144, (2.0,) * 2), even(2.5, height=133, width=119)])
def test_a_square_of_another_colour_is_no_frame_any_more(g):
    levels = grains(g, 1, 0.3)
    levels[-1] = grains(g, 2, 0.7)[0]
    ours = melted(levels, g, 0.5)
    hard, soft = (visible(views, seams(g, 1)) for views in (melted(levels, g, 0.0), ours))
    assert min(hard[-1:]) > 10 and max(soft) < 1.3
    assert torch.equal(ours[-1], levels[-1])
    assert agreement(ours, g) == (float("inf"),) * (g.levels - 1)
    assert 0 <= ours.min() and ours.max() <= 1


@pytest.mark.parametrize("g", [Geometry(96, 80, (2.0,) * 2), mixed(97, 83)])
def test_a_slope_that_goes_on_across_every_border_hardly_changes(g):
    slope = torch.linspace(0.1, 0.9, g.width, dtype=torch.float64).expand(3, g.height, g.width)
    levels = torch.stack([slope, *inward(slope, g, lambda picture, level: picture)])
    assert (melted(levels, g, 0.5) - levels).abs().max() < 0.05


def test_the_step_at_a_border_is_that_of_the_nearest_side():
    picture = torch.zeros(1, 24, 30)
    picture[:, :, 20:] = 0.5
    picture[:, 6:18, 8:20] = 0.2
    step = step_around(picture, (slice(6, 18), slice(8, 20)))[0]
    assert step[6, 0] == pytest.approx(0.2) and step[6, -1] == pytest.approx(-0.3)
    assert step[0, 6] == pytest.approx(0.2) and step[-1, 6] == pytest.approx(0.2)
    assert not step_around(picture, (slice(0, 24), slice(0, 30))).any(), "nothing is around it"


def test_nothing_changes_further_away_than_the_feather():
    g = Geometry(96, 96, (2.0,))
    levels = pictures(g)
    near = melted(levels, g, 0.25)
    away = torch.ones(96, 96, dtype=torch.bool)
    away[11:85, 11:85] = False
    assert torch.equal(near[0][:, away], levels[0][:, away])
