"""A picture that turns on the way in: where it looks, what covers its corners, how it moves."""

import math

import numpy as np
import pytest
import torch
from ladders import mixed, pictures

from zoomstack.film.film import Film
from zoomstack.film.path import Path
from zoomstack.film.roll import rolled
from zoomstack.linear.lens import Along, look_along
from zoomstack.linear.turned import look_turned
from zoomstack.scene.geometry import Geometry

DEEP = Geometry(96, 96, (2.0,) * 3, ((0.45, 0.55),) * 3)


def film(g=DEEP, stack=None, size=(54, 96), **given):
    timing = {"fps": 10, "seconds_per_level": 1} | given.pop("timing", {})
    levels = torch.full((g.levels, 1, g.height, g.width), 0.6) if stack is None else stack
    return Film(levels, g, Path.through(g, **timing), *size, **given)


def waves(places):
    """A soft picture of the plane, at complex places."""
    return (
        0.5
        + 0.2 * np.cos(0.9 * places.real + 0.4 * places.imag)
        + 0.2 * np.sin(0.3 * places.real - 1.1 * places.imag)
    )


@pytest.mark.parametrize("turn", [0.0, 3.0, 45.0, 90.0, 180.0, 217.0])
def test_a_turned_look_sees_what_lies_at_its_places(turn):
    down, across = np.mgrid[0:80, 0:90] + 0.5
    picture = torch.from_numpy(waves(across + 1j * down))[None]
    step = 0.7 * complex(math.cos(math.radians(turn)), math.sin(math.radians(turn)))
    down, across = np.mgrid[0:32, 0:40] + 0.5
    places = 44.3 + 39.1j + step * (across - 20 + 1j * (down - 16))
    seen = look_turned(picture, (32, 40), 44.3 + 39.1j, step)[0].numpy()
    assert np.abs(seen - waves(places)).max() < 0.02
    assert seen.dtype == np.float64


def test_without_a_turn_it_is_the_lens_and_beyond_the_picture_its_border_goes_on():
    picture = pictures(mixed(30, 40))[0]
    seen = look_turned(picture, (10, 12), 20 + 15j, complex(0.8))
    assert torch.equal(seen, look_along(picture, Along(10, 11, 0.8), Along(12, 15.2, 0.8)))
    ones = torch.ones(1, 20, 20)
    for step in (complex(1), 0.6 + 0.8j):
        assert (look_turned(ones, (30, 30), 2 + 1j, step) - 1).abs().max() < 1e-5


@pytest.mark.parametrize("size", [(54, 96), (96, 54), (96, 96)])
@pytest.mark.parametrize("roll", [1.0, -0.25, 3.0])
def test_no_corner_is_black_and_what_that_costs_is_told(roll, size):
    """A widest level with a white border would show where the picture leaves it."""
    g = Geometry(96, 96, (2.0,) * 2)
    stack = torch.full((3, 1, 96, 96), 0.6)
    turning = film(g, stack, size, roll=roll)
    for number in range(len(turning)):
        assert (turning.picture(number) - 0.6).abs().max() < 1e-5, number
    widest, deepest = turning.path.ends
    assert deepest == 2 and 0 <= widest < 1
    assert turning.lost == pytest.approx(1 - 4.0**-widest)


@pytest.mark.parametrize("size", [(54, 96), (96, 96)])
def test_it_begins_as_wide_as_it_can(size):
    """A little wider, and a corner would lie beyond the widest level."""
    g = Geometry(96, 96, (2.0,) * 2)
    fast = film(g, size=size, roll=3.0)
    start, _ = fast.path.ends
    assert 0 < start < math.log2(math.hypot(*size) / min(size)) + 0.01
    height, width = size
    side, least = max(size), math.inf
    for look in range(2001):
        log = (start + (2 - start) * look / 2000) * math.log(2)
        angle = 2 * math.pi * rolled(fast.path, 3.0, look / 2000 * (len(fast) - 1))
        sine, cosine = abs(math.sin(angle)), abs(math.cos(angle))
        around = max(height * cosine + width * sine, width * cosine + height * sine)
        least = min(least, 1 - around / side * math.exp(-log))
    assert -0.005 < least < 0.01


def test_a_slow_turn_costs_nothing_and_where_the_camera_rests_nothing_turns():
    slow = film(roll=0.05)
    assert slow.lost == 0 and slow.path.start == 0
    held = film(roll=1.0, timing={"keyframes": "0: 0, 1: 2, 2: 2, 3: 3"})
    first, second = (held.picture(number) for number in (12, 17))
    assert torch.equal(first, second)


def test_the_angle_belongs_to_the_depth_so_a_way_back_is_the_way_there():
    g, stack = DEEP, pictures(DEEP)
    there = film(g, stack, roll=0.7, timing={"direction": "in-out"})
    for number in (3, 11):
        assert torch.allclose(there.picture(number), there.picture(-number), atol=1e-6)
    out = film(g, stack, roll=0.7, timing={"direction": "out"})
    into = film(g, stack, roll=0.7)
    assert torch.allclose(out.picture(4), into.picture(len(into) - 5), atol=1e-6)


def test_a_quarter_of_a_turn_shows_the_deepest_level_turned_clockwise():
    stack = pictures(DEEP)
    last = film(stack=stack, size=(96, 96), roll=0.25).picture(-1)
    want = torch.rot90(stack[-1], -1, (1, 2))
    middle = slice(8, 88)  # its border is soft
    assert (last - want)[:, middle, middle].abs().max() < 1e-3
    whole = film(stack=stack, size=(96, 96), roll=1.0).picture(-1)
    assert (whole - stack[-1])[:, 8:-8, 8:-8].abs().max() < 1e-3


def test_a_loop_takes_whole_turns_and_closes():
    ring = Geometry(48, 48, (2.0, 3.0), closed=True)
    stack = torch.nn.functional.interpolate(pictures(ring.resized(6, 6)).float(), (48, 48))
    timing = {"direction": "loop"}
    with pytest.raises(ValueError, match=r"roll is 0.5 turns.*Set it to 0 or 1"):
        film(ring, stack, (48, 48), roll=0.5, timing=timing)
    loop = film(ring, stack, (48, 48), roll=-1.0, timing=timing)
    assert torch.equal(loop.picture(0), loop.picture(len(loop)))
    frames = torch.stack([loop.picture(k) for k in range(-2, len(loop))])
    steps = frames.diff(dim=0).abs().mean((1, 2, 3))
    assert steps[:3].max() < 1.3 * steps[3:].max()


def test_a_camera_at_the_border_of_the_widest_level_cannot_turn():
    corner = Geometry(64, 64, (2.0, 2.0), ((0.25, 0.25), (0.25, 0.25)))
    with pytest.raises(ValueError, match="turns by 1, but its camera stays at the border"):
        film(corner, roll=1.0)
    with pytest.raises(ValueError, match="roll is nan"):
        film(roll=math.nan)


@pytest.mark.parametrize("channels", [1, 3])
def test_planes_show_the_same_turned_frame(channels):
    coarse = pictures(DEEP.resized(6, 6), channels=channels).float()
    stack = torch.nn.functional.interpolate(coarse, (96, 96), mode="bicubic").clamp(0, 1)
    turning = film(stack=stack, roll=1.0, shutter=180.0)
    for number in (0, 9, -1):
        luma = turning.planes(number)[:54].astype(float)
        rgb = turning.picture(number).expand(3, -1, -1).permute(1, 2, 0).numpy()
        assert np.abs((luma - 16) / 219 - rgb @ (0.2126, 0.7152, 0.0722)).max() < 0.01
