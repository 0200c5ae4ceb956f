"""A loop: the film of a ring, whose last frame is followed by its first as any by the next."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from ladders import pictures

from zoomstack.film.camera import Camera
from zoomstack.film.course import rooms
from zoomstack.film.encode.ahead import look_ahead
from zoomstack.film.frames import FrameRenderer, frames
from zoomstack.film.layers import layers_of
from zoomstack.film.path import Path
from zoomstack.film.planes import PlaneRenderer
from zoomstack.film.ways import LOOPS, OPEN
from zoomstack.joint.blend import agreement, blend
from zoomstack.joint.render import render
from zoomstack.scene.depth import Depth
from zoomstack.scene.geometry import Geometry

AROUND = ((0.4, 0.55), (0.6, 0.5), (0.5, 0.3), (0.35, 0.6), (0.7, 0.6))


def ring(*zooms, focus=(), height=48, width=64):
    return Geometry(height, width, zooms, focus, closed=True)


RINGS = {
    "3 of 2": ring(2.0, 2.0, 2.0),
    "6 of 2": ring(*(2.0,) * 6),
    "3 of 4": ring(4.0, 4.0, 4.0),
    "29 of 2": ring(*(2.0,) * 29, focus=tuple(AROUND[i * i % 5] for i in range(29))),
    "mixed": ring(2.0, 3.0, 1.7, 2.5, 4.0, focus=AROUND),
    "2 bent": ring(2.0, 3.0, focus=((0.25, 0.7), (0.8, 0.2))),
}
rings = pytest.mark.parametrize("g", RINGS.values(), ids=RINGS)
# Its levels lie in turns at the left and at the right: the camera leaves some on a bend.
ZIGZAG = ring(2.0, 2.0, 2.0, 2.0, focus=((0.25, 0.25), (0.75, 0.75), (0.75, 0.25), (0.25, 0.75)))


def scene(g, seed=0):
    """Soft pictures of a ring that agree all round it."""
    coarse = pictures(g.resized(g.height // 8, g.width // 8), seed)
    grown = torch.nn.functional.interpolate(coarse, (g.height, g.width), mode="bicubic")
    return render(blend(0.2 + 0.6 * grown.clamp(0, 1), g), g)


def turned(g, by=1):
    """The same ring, counted from another level on."""
    zooms, focus = (which[by:] + which[:by] for which in (g.zooms, g.focus))
    return replace(g, zooms=zooms, focus=focus)


def apart(seen, order):
    """How large the differences of an order are between frames, from frame to frame."""
    return torch.stack(seen).diff(order, 0).abs().mean((1, 2, 3))


@rings
@pytest.mark.parametrize("direction", LOOPS)
def test_the_last_frame_is_followed_by_the_first_as_any_by_the_next(g, direction):
    """In place, speed and acceleration: differences of frames, of differences, and of those."""
    stack = scene(g)
    assert min(agreement(stack, g)) > 100
    path = Path.through(g, direction=direction, fps=12, seconds_per_level=1)
    renderer = FrameRenderer(stack, g)
    seen = [renderer.picture(path[k]) for k in range(-4, len(path))]
    for order in (1, 2, 3):
        steps = apart([*seen, *seen[4:8]], order)
        seam = steps[len(seen) - order : len(seen)]
        most = steps[4 : len(seen) - order].max()
        assert seam.max() <= most * (1 if order == 1 else 1.1), order


def course_of(g, path):
    """The steps of a loop's camera, (frames, 3): log magnification, and what moves on the screen.

    The movement of the view's centre is in widths of the view, so it is the same at any depth.
    """
    camera, steps = Camera(g), []
    for depth, later in pairwise([path[k] for k in range(2 * len(path) + 1)]):
        before, after = camera.view(depth), camera.view(later)
        if later.level != depth.level:
            places = g.placement(depth.level, later.level)
            after = [s.from_child(place) for s, place in zip(after, places, strict=True)]
        log = math.log(before[0].size / after[0].size)
        moved = [(sum(b) - sum(a)) / 2 / a.size for a, b in zip(before, after, strict=True)]
        steps.append((log, *moved))
    return np.array(steps)


@rings
def test_magnification_and_centre_go_on_smoothly_over_the_seam(g):
    path = Path.through(g, direction="loop", fps=60, seconds_per_level=4)
    steps, count = course_of(g, path), len(path)
    assert np.ptp(steps[:, 0]) < 1e-9, "one speed all along"
    assert steps[:, 0].sum() == pytest.approx(2 * g.turn * math.log(2))
    assert np.array_equal(steps[:count], steps[count:]), "the second turn is the first"
    # Twice as dense, a step is half as long and its change a quarter: the change of that is an
    # eighth, where not even the acceleration jumps. It would be a quarter where it does.
    dense = course_of(g, replace(path, fps=120))
    seams = (s[len(s) // 2 - 4 : len(s) // 2 + 4, 1:] for s in (steps, dense))
    rough, fine = (np.abs(np.diff(seam, 2, 0)).max() for seam in seams)
    assert fine <= rough / 6 + 1e-12


@rings
def test_no_level_of_a_ring_is_the_first(g):
    stack, other, by = scene(g), turned(g, g.levels // 2), g.levels // 2
    here, there = FrameRenderer(stack, g), FrameRenderer(stack.roll(-by, 0), other)
    for level in range(0, g.levels, 1 + g.levels // 6):
        for offset in (0.0, 0.3, 0.8):
            want = here.picture(Depth((level + by) % g.levels, offset))
            assert (there.picture(Depth(level, offset)) - want).abs().max() < 1e-9


@rings
def test_two_turns_repeat_to_the_bit(g):
    path = Path.through(g, direction="loop", fps=3, duration=3.4)
    stack = scene(g).float()
    film = PlaneRenderer(FrameRenderer(stack, g))
    depths = [path[k] for k in range(2 * len(path))]
    for render_ in (FrameRenderer(stack, g).render, film.render):
        seen = list(look_ahead(render_, depths, workers=2))
        first, second = seen[: len(path)], seen[len(path) :]
        assert all(map(np.array_equal, first, second))
        assert not np.array_equal(first[0], first[5])


@pytest.mark.parametrize("g", [*RINGS.values(), ZIGZAG])
def test_the_camera_meets_every_frame_of_a_ring(g):
    camera = Camera(g)
    for parent, child in g.neighbours:
        assert camera.view(Depth(parent)) == ((0, 1), (0, 1))
        for axis, place in enumerate(g.placement(parent, child)):
            near = camera.view(Depth(parent, 1 - 1e-7))[axis].to_child(place)
            assert near == pytest.approx((0, 1), abs=1e-5)
            assert camera.view(Depth(parent, 1e-7))[axis] == pytest.approx((0, 1), abs=1e-5)


def test_where_the_camera_leaves_a_level_those_of_the_turn_before_show_what_is_there():
    renderer = FrameRenderer(torch.full((4, 1, 48, 64), 0.6), ZIGZAG)
    out = 0
    for depth in Path.through(ZIGZAG, fps=20, direction="loop"):
        layers = layers_of(ZIGZAG, depth, *renderer.view(depth))
        assert layers[0].rows.inside and layers[0].columns.inside
        out += depth.level == 0 and layers[0].level > 1
        assert (renderer.picture(depth) - 0.6).abs().max() < 1e-6
    assert out, "at level 0 as at any other"


def test_a_ring_in_the_corner_of_itself_shows_nothing_beyond_it():
    """Nothing is left of or above any of its levels, however many turns one goes out."""
    g = ring(2.0, 4.0, 3.0, focus=((0.25, 0.25), (0.125, 0.125), (1 / 6, 1 / 6)))
    for before, after in rooms(g.zooms, [x for x, _ in g.focus], closed=True):
        assert before < 1e-3 and after > 1e3
    renderer = FrameRenderer(scene(g), g)
    for depth in Path.through(g, fps=20, direction="loop"):
        rows, columns = renderer.view(depth)
        assert rows.first > -1e-6 and columns.first > -1e-6
        assert len(layers_of(g, depth, rows, columns)) == (2 if depth.offset else 1)


def test_a_loop_has_its_frames_a_turn_and_one_for_every_number():
    g = RINGS["mixed"]
    path = Path.through(g, fps=24, seconds_per_level=1.5, direction="loop")
    assert len(path) == len(list(path)) == 5 * 36
    assert len(Path.through(g, fps=24, duration=7, direction="loop")) == 7 * 24
    assert path[0] == path[len(path)] == Depth(0)
    assert path[-1] == path[2 * len(path) - 1] and path[-1].level == 4
    out = replace(path, direction="loop-out")
    assert out[0] == Depth(0)
    for k in range(1, len(path)):
        assert out[k].level == path[-k].level
        assert out[k].offset == pytest.approx(path[-k].offset, abs=1e-9)
    equal = Path.through(ring(*(2.0,) * 29), fps=10, seconds_per_level=1, direction="loop")
    assert [equal[10 * level] for level in range(30)] == [*map(Depth, range(29)), Depth(0)]


def test_other_ways_through_a_ring_go_round_it_once_and_end_where_they_began():
    g = RINGS["3 of 4"]
    into = list(Path.through(g, fps=10, seconds_per_level=1, hold_end=0.5, easing="smooth"))
    assert into[0] == into[29] == into[-1] == Depth(0) and len(into) == 35
    assert {level for level, _ in into} == {0, 1, 2}
    out = list(Path.through(g, fps=10, seconds_per_level=1, direction="out"))
    assert out[0] == Depth(0) and out[1].level == 2 and out[-1] == Depth(0)
    trip = list(Path.through(g, fps=10, seconds_per_level=1, direction="in-out"))
    assert len(trip) == 60 and trip[30] == Depth(0) and trip[29] == trip[31] != Depth(0)
    stack = scene(g)
    assert all((frame >= 0).all() for frame in frames(stack, g, into[::6]))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"closed": False}, f"zoom has an end.*Close its ladder.*one of {', '.join(OPEN)}"),
        ({"easing": "smooth"}, "neither starts nor stops.*easing to linear"),
        ({"hold_end": 1.5}, "hold_end is 1.5 seconds, but a loop rests nowhere. Set it to 0"),
    ],
)
@pytest.mark.parametrize("direction", LOOPS)
def test_what_makes_no_loop_is_refused(given, said, direction):
    with pytest.raises(ValueError, match=said):
        Path((2.0, 2.0), **{"direction": direction, "closed": True} | given)


def test_a_depth_that_a_ring_has_not_is_refused():
    camera = Camera(RINGS["3 of 2"])
    with pytest.raises(ValueError, match="go from 0 to 2, the deepest level, and from there back"):
        camera.view(Depth(3))
