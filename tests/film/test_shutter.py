"""An open shutter: the mean of what lies along its way, and not a few ghosts of it."""

import pytest
import torch

from zoomstack.film.film import Film
from zoomstack.film.frames import FrameRenderer
from zoomstack.film.path import Path
from zoomstack.film.roll import rolled
from zoomstack.film.shot import Moment, Shot, Turn
from zoomstack.joint.blend import blend
from zoomstack.joint.render import render
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.fitting.leaves import dead_leaves

G = Geometry(128, 128, (2.0, 2.0), ((0.45, 0.55),) * 2)


@pytest.fixture(scope="module")
def leaves():
    """Edges at every scale, which show every ghost."""
    return render(blend(dead_leaves(3, 128, 128, seed=3), G), G)


def psnr(a, b):
    return float(-10 * ((a - b) ** 2).mean().log10())


def mean_of(film, number, count=64):
    """The mean of ``count`` frames of a shutter that is not open, along the way of one that is."""
    frames = FrameRenderer(film.levels, film.geometry, film.height, film.width)
    half, total = film.shutter / 720, 0.0
    for k in range(count):
        at = number + half * ((2 * k + 1) / count - 1)
        moment = Moment(film.path.at(at), rolled(film.path, film.roll, at))
        total += frames.taken(Shot(*[moment] * 3) if film.roll else moment.depth).double()
    return total / count


@pytest.mark.parametrize("roll", [0.0, 0.5])
@pytest.mark.parametrize("direction", ["in", "out"])
@pytest.mark.parametrize("fps", [4, 8])
def test_a_frame_is_the_mean_of_64_along_the_shutters_way(leaves, fps, direction, roll):
    path = Path.through(G, fps=fps, seconds_per_level=1.0, direction=direction)
    film = Film(leaves, G, path, 144, 256, shutter=180.0, roll=roll)
    want, number = mean_of(film, fps // 2), fps // 2
    assert psnr(film.picture(number), want) >= 45
    assert psnr(Film(leaves, G, path, 144, 256, roll=roll).picture(number), want) < 36


def test_over_a_level_and_round_a_bend_as_well(leaves):
    path = Path.through(G, fps=8, seconds_per_level=1.0)
    over = Film(leaves, G, path, 144, 256, shutter=180.0)
    assert psnr(over.picture(8), mean_of(over, 8)) >= 45
    bent = Geometry(128, 128, (2.0, 2.0), ((0.45, 0.55), (0.6, 0.5)))
    film = Film(leaves, bent, path, 144, 256, shutter=180.0)
    assert psnr(film.picture(6), mean_of(film, 6)) > 40


def test_where_the_camera_rests_nothing_is_blurred(leaves):
    path = Path.through(G, fps=10, hold_start=1.0, hold_end=1.0)
    film = Film(leaves, G, path, 144, 256, shutter=360.0)
    assert psnr(film.picture(3), Film(leaves, G, path, 144, 256).picture(3)) > 45
    assert torch.equal(film.picture(2), film.picture(4))


def test_where_it_turns_back_the_way_there_is_seen(leaves):
    path = Path.through(G, fps=4, seconds_per_level=1.0, direction="in-out")
    film = Film(leaves, G, path, 144, 256, shutter=360.0)
    turn = len(film) // 2
    assert psnr(film.picture(turn), mean_of(film, turn)) > 35


def test_a_loop_with_a_shutter_closes():
    ring = Geometry(48, 48, (2.0, 3.0), closed=True)
    stack = torch.rand(2, 3, 48, 48)
    film = Film(stack, ring, Path.through(ring, fps=5, direction="loop"), shutter=180.0)
    assert torch.equal(film.picture(0), film.picture(len(film)))


def test_a_part_of_a_turn_done_again_is_the_turn():
    whole = Turn(0.8 + 0.3j, 5 - 2j)
    part, found = whole.part(1 / 8), Turn(1 + 0j, 0j)
    for _ in range(8):
        found = part.after(found)
    assert abs(found.factor - whole.factor) < 1e-12 and abs(found.to - whole.to) < 1e-11
    assert abs(whole.back(whole(3 + 4j)) - (3 + 4j)) < 1e-12
    assert Turn(1 + 0j, 4 + 0j).part(0.25) == Turn(1 + 0j, 1 + 0j)


def test_no_shutter_is_open_for_more_than_a_frame(leaves):
    with pytest.raises(ValueError, match="shutter is 400 degrees; it must be from 0 to 360"):
        Film(leaves, G, Path.through(G), shutter=400.0)
