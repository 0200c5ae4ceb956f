"""The demo world: one scene at every scale, the same on every machine."""

import numpy as np
import pytest

from zoomstack.demo.world import (
    NAMES,
    SCALES,
    Scene,
    caption,
    named,
    neighbours,
    prompt,
    view,
    vocabulary,
)
from zoomstack.demo.world.noise import cells, fractal, noise, points
from zoomstack.demo.world.region import Plane
from zoomstack.demo.world.scene import STYLES
from zoomstack.demo.world.stars import Spots, glow
from zoomstack.demo.world.style import styled

SIZE = 96


def shrunk(picture, factor):
    side = len(picture) // factor
    return picture.reshape(side, factor, side, factor, 3).mean((1, 3))


def decibels(one, other):
    return -10 * np.log10(np.mean((one - other) ** 2))


def test_scales_are_many_and_each_has_several_captions():
    assert len(SCALES) >= 12
    steps = np.diff([scale.octave for scale in SCALES])
    assert np.all((steps >= 1) & (steps <= 2))  # a factor of 2 to 4
    assert all(len(scale.captions) >= 3 for scale in SCALES)


@pytest.mark.parametrize("octave", [0.0, 5.3, 13.0, 19.7, 26.0])
def test_a_seed_is_a_world(octave):
    picture = view(Scene(5), octave, SIZE)
    assert picture.shape == (SIZE, SIZE, 3)
    assert picture.dtype == np.float32
    assert picture.min() >= 0
    assert picture.max() <= 1
    np.testing.assert_array_equal(picture, view(Scene(5), octave, SIZE))
    assert decibels(picture, view(Scene(6), octave, SIZE)) < 25


@pytest.mark.parametrize("octave", np.arange(0, 28.0, 1.0))
def test_the_middle_of_a_picture_holds_the_next_one(octave):
    """Half-way between names too. 20 dB is what unrelated pictures of one scale never reach."""
    found, strangers = [], []
    for seed in (3, 15):
        wider, deeper = view(Scene(seed), octave, 128), view(Scene(seed), octave + 1, 128)
        other = view(Scene(seed + 100), octave + 1, 128)
        found.append(decibels(wider[32:96, 32:96], shrunk(deeper, 2)))
        strangers.append(decibels(wider[32:96, 32:96], shrunk(other, 2)))
    assert np.mean(found) > 18
    assert np.mean(found) > np.mean(strangers) + 3


@pytest.mark.parametrize("octave", [1.4, 6.0, 14.2, 23.0])
def test_a_shifted_region_shows_the_same_world(octave):
    there = view(Scene(2), octave, SIZE, (0.25, -0.125))
    here = view(Scene(2), octave, SIZE)
    across, up = SIZE // 4, SIZE // 8
    # Hills are lit by differences of neighbouring pixels, which a region's border lacks.
    inner = (slice(1, -1), slice(1, -1))
    np.testing.assert_allclose(
        there[up:, : SIZE - across][inner], here[: SIZE - up, across:][inner], atol=0.02
    )


@pytest.mark.parametrize("octave", [2.0, 8.0, 18.0, 24.0])
def test_size_is_only_resolution(octave):
    small, large = view(Scene(4), octave, 64), view(Scene(4), octave, 256)
    assert decibels(small, shrunk(large, 4)) > 20


def test_every_scale_is_its_own_sight():
    """No two named scales of a world look alike from afar."""
    tiny = [shrunk(view(Scene(1), scale.octave, 64), 4).ravel() for scale in SCALES]
    apart = [decibels(a, b) for i, a in enumerate(tiny) for b in tiny[:i]]
    assert max(apart) < 26


def test_captions_name_what_is_seen():
    rng = np.random.default_rng(0)
    known = set(vocabulary())
    for seed in range(40):
        scene = Scene(seed)
        for octave in rng.uniform(0, 28, 6):
            text = caption(scene, octave, rng)
            assert set(text.replace(",", " ").split()) <= known
            assert (scene.words["style"] in text) and text.endswith("colours") == bool(
                scene.words["style"]
            )


def test_between_two_names_a_caption_has_both():
    assert named(6.0) == (NAMES.index("planet"),)
    assert named(7.0) == (NAMES.index("planet"), NAMES.index("continent"))
    assert prompt(7.0) == "a planet, a continent"
    assert prompt(7.7) == "a continent"
    assert "{" not in prompt(22.0, Scene(0))
    # A quarter of the way from one name to the next it has both, and at three quarters no more.
    ways = {0.24: (3,), 0.26: (3, 4), 0.74: (3, 4), 0.76: (4,)}
    assert {way: named(6.0 + 2 * way) for way in ways} == ways
    assert neighbours(-3.0)[2] == 0.0
    assert neighbours(99.0) == (13, 14, 1.0)


def test_scenes_differ_in_season_colour_and_style():
    words = [Scene(seed).words for seed in range(60)]
    for key in ("season", "stars", "sun", "sea", "stain", "leaf", "style"):
        assert len({choice[key] for choice in words}) > 1, key
    plain = sum(not choice["style"] for choice in words)
    assert plain > 30


def test_the_next_scale_lies_near_the_middle_but_not_at_it():
    places = np.array([list(Scene(seed).focus.values())[:-1] for seed in range(20)])
    assert np.all(np.abs(places) < 0.1)
    assert np.median(np.abs(places)) > 0.01


def test_noise_has_variance_one_and_repeats_nowhere_near():
    y, x = np.mgrid[0:100:0.37, 0:100:0.37].astype(np.float32)
    field = noise(x, y, 3)
    assert abs(field.std() - 1) < 0.05
    assert abs(field.mean()) < 0.05
    assert abs(np.corrcoef(field.ravel(), noise(x, y, 4).ravel())[0, 1]) < 0.05
    assert abs(np.corrcoef(field.ravel(), noise(x + 5, y, 3).ravel())[0, 1]) < 0.1


def test_fractal_draws_nothing_finer_than_pixels():
    y, x = np.mgrid[0:64, 0:64].astype(np.float32)
    assert not fractal(x, y, 1, pixel=1.0, base=4).any()
    assert fractal(x / 32, y / 32, 1, pixel=1 / 32, base=1).any()


def test_cells_have_their_walls_half_way():
    y, x = np.mgrid[-2:2:0.05, -2:2:0.05].astype(np.float32)
    found = cells(x, y, 9, jitter=0.0)  # a square grid
    to_wall = np.minimum(0.5 - np.abs(x - np.round(x)), 0.5 - np.abs(y - np.round(y)))
    on_axis = np.abs(y - np.round(y)) < 0.03
    np.testing.assert_allclose(found.edge[on_axis], to_wall[on_axis], atol=0.03)


def test_a_line_that_is_thinner_than_a_pixel_covers_its_share_of_one():
    x = np.linspace(-4, 4, 81, dtype=np.float32)
    plane = Plane(x, np.zeros_like(x), pixel=0.8)
    distance = np.abs(x)
    for half, share in ((0.4, 1.0), (0.6, 1.0), (0.2, 0.5), (0.1, 0.25)):
        expected = share * plane.cover(half - distance)
        np.testing.assert_allclose(plane.line(distance, half), expected, atol=1e-6)
    assert plane.cover(-distance).max() == 0.5, "half of a pixel lies inside of its own outline"


def test_stars_shine_as_much_as_they_should():
    star = Spots(np.array([20.3]), np.array([11.7]), np.array([0.5]), np.array([0.5]))
    field = glow(48, star, np.array([2.0]), np.array([1.5]))
    assert field.sum() == pytest.approx(1.5 * 2 * np.pi * 4, rel=0.02)
    row, column = np.unravel_index(field.argmax(), field.shape)
    assert (row, column) == (12, 20)


def test_the_scattered_point_of_cell_zero_is_at_home():
    assert not points(5)[:2, 0].any()


@pytest.mark.parametrize("style", STYLES)
def test_styles_keep_colours_in_range(style):
    picture = np.random.default_rng(1).random((8, 8, 3)).astype(np.float32)
    changed = styled(picture, style)
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert (changed is picture) == (style == "")
