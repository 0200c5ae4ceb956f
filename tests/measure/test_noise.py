"""Noise that levels share is told from noise that they do not, and both from a scene."""

import ladders
import pytest
import torch
from textures import texture

from zoomstack.joint.render import render_noise
from zoomstack.measure.noise import alike
from zoomstack.spaces.plain import as_space


@pytest.mark.parametrize("geometry", ladders.LADDERS, ids=ladders.NAMES)
@pytest.mark.parametrize("sigma", [6.0, 80.0])
def test_it_is_one_where_noise_is_shared_and_none_where_it_is_not(geometry, sigma):
    white, space = ladders.noise(geometry, channels=4), as_space(geometry)
    across = torch.linspace(0, 6, geometry.width, dtype=white.dtype).sin()
    scene = across.expand_as(white)
    shared = alike(scene + sigma * render_noise(white, space), space)
    assert shared is not None and shared > 0.9
    other = alike(scene + sigma * white, space)
    assert other is not None and abs(other) < 0.3


def test_a_scene_without_noise_tells_nothing():
    views = torch.stack([texture(seed) for seed in range(5)]).double()
    geometry = ladders.mixed(*views.shape[-2:])
    assert alike(views, as_space(geometry)) is None
    assert alike(torch.zeros_like(views), as_space(geometry)) is None
