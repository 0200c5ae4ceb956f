import math
import os
import pathlib
import random
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch
from ladders import mixed, pictures

import zoomstack
from zoomstack.film.camera import Camera
from zoomstack.film.encode.ahead import look_ahead
from zoomstack.film.frames import FrameRenderer, frames
from zoomstack.film.path import Path
from zoomstack.linear.lens import Along, axis, by_matrices, look, look_along
from zoomstack.scene.depth import Depth
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.span import Span

SAME = Geometry(234, 253, (2.5,) * 3, ((0.37, 0.52),) * 3)
MIXED = mixed(63, 54)
# Depths at, just off and between the levels.
DEPTHS = [Depth(i, f) for i in range(3) for f in (0.0, 0.004, 0.3, 0.7, 0.996)]


def absolute(g, level, span, axis_):
    """A span of a level's frame in level 0's, whose frame is [0, 1]."""
    for above in reversed(range(level)):
        span = span.from_child(g.placement(above, above + 1)[axis_])
    return span


def blobs(g, x, y, sigma):
    """A Gaussian at (x, y) of level 0's pixels, as every level sees it."""
    views = []
    for level in range(g.levels):
        rows, columns = (absolute(g, level, Span(0, 1), axis_) for axis_ in (0, 1))
        down = (rows.first + (torch.arange(g.height) + 0.5) / g.height * rows.size) * g.height
        across = (columns.first + (torch.arange(g.width) + 0.5) / g.width * columns.size) * g.width
        views.append(
            torch.exp(-((down - y) ** 2) / (2 * sigma**2))[:, None]
            * torch.exp(-((across - x) ** 2) / (2 * sigma**2))
        )
    return torch.stack(views)[:, None].double()


def centroid(frame):
    weight = frame[0] / frame[0].sum()
    down = torch.arange(frame.shape[1]) + 0.5
    across = torch.arange(frame.shape[2]) + 0.5
    return np.array([float((weight.sum(0) * across).sum()), float((weight.sum(1) * down).sum())])


@pytest.mark.parametrize("g", [SAME, MIXED])
def test_a_frame_at_a_whole_depth_is_that_view(g):
    stack = pictures(g)
    for level, frame in enumerate(frames(stack, g, [Depth(i) for i in range(g.levels)])):
        assert (frame - stack[level]).abs().max() < 1e-12


@pytest.mark.parametrize("g", [SAME, MIXED])
def test_weights_sum_to_one_so_a_constant_stack_stays_constant(g):
    stack = torch.full((g.levels, 3, g.height, g.width), 0.37)
    renderer = FrameRenderer(stack, g, 50, 122)
    for depth in DEPTHS:
        assert (renderer.picture(depth) - 0.37).abs().max() < 1e-6
        assert (renderer.render(depth) == round(0.37 * 255)).all()


@pytest.mark.parametrize("axis_", [2, 3])
@pytest.mark.parametrize("g", [SAME, MIXED])
def test_a_mirrored_stack_gives_mirrored_frames(g, axis_):
    flipped = tuple((x, 1 - y) if axis_ == 2 else (1 - x, y) for x, y in g.focus)
    mirror = Geometry(g.height, g.width, g.zooms, flipped)
    stack = pictures(g)
    there, back = FrameRenderer(stack, g), FrameRenderer(stack.flip(axis_), mirror)
    for depth in DEPTHS:
        assert torch.allclose(back.picture(depth), there.picture(depth).flip(axis_ - 1), atol=1e-9)


@pytest.mark.parametrize("start, step", [(3.37, 0.41), (-0.2, 1.0), (0.7, 2.55), (31.4, 0.013)])
def test_the_lens_is_the_kernel_it_says_sampled_directly(start, step):
    """Against a second, slow implementation: one sum for each pixel."""
    size, count = 47, 17
    picture = torch.rand(1, size, size, dtype=torch.float64)
    weights = np.zeros((count, size))
    for k in range(count):
        centre, scale = start + (k + 0.5) * step, max(1, step)
        for j in range(size):
            t = (j + 0.5 - centre) / scale
            if t == 0:
                weights[k, j] = 1
            elif abs(t) < 3:
                weights[k, j] = 3 * math.sin(math.pi * t) * math.sin(math.pi * t / 3)
                weights[k, j] /= (math.pi * t) ** 2
        weights[k] /= weights[k].sum()
    direct = weights @ picture[0].numpy() @ weights.T
    bands = axis(count, size, start, step)
    assert np.abs(look(picture, bands, bands)[0].numpy() - direct).max() < 1e-12


@pytest.mark.parametrize("dtype, near", [(torch.float64, 1e-12), (torch.float32, 2e-6)])
@pytest.mark.parametrize(
    "rows, columns",
    [
        (Along(140, 3.37, 0.41), Along(71, -2.25, 1.0)),
        (Along(24, 0.7, 2.55), Along(131, 47.4, 0.013)),
        (Along(1, 60.9, 0.3), Along(83, -1.0, 0.9)),
        (Along(33, -4.1, 2.0), Along(9, 0.0, 74 / 9)),
    ],
)
def test_a_matrix_an_axis_shows_what_blocks_do(rows, columns, dtype, near):
    """On a GPU frames are made by these, which on a CPU are the slower way."""
    picture = torch.rand(3, 63, 74, generator=torch.Generator().manual_seed(0)).to(dtype)
    bands = [
        axis(along.pixels, size, along.start, along.step)
        for along, size in ((rows, 63), (columns, 74))
    ]
    blocks = look(picture, *bands)
    whole = by_matrices(picture, rows, columns)
    assert whole.dtype == dtype and whole.shape == blocks.shape
    assert (whole - blocks).abs().max() < near
    assert (look_along(picture, rows, columns) - blocks).abs().max() < near


def test_pixels_of_the_picture_s_own_are_its_to_the_bit_and_a_copy():
    picture = torch.rand(3, 20, 31)
    before = picture.clone()
    seen = look_along(picture, Along(9, 4.0, 1.0), Along(31, 1e-9, 1.0))
    assert torch.equal(seen, before[:, 4:13])
    seen.zero_()
    assert torch.equal(picture, before)
    beyond = look_along(picture, Along(9, 13.0, 1.0), Along(31, 0.0, 1.0))
    assert beyond.shape == (3, 9, 31) and beyond.isfinite().all()


def test_minification_does_not_alias():
    """Stripes too fine for the frame come out as their mean, not as a beat."""
    stripes = (torch.arange(240) % 2).double().expand(1, 240, 240)
    bands = axis(71, 240, 0.0, 240 / 71)
    assert (look(stripes, bands, bands)[..., 3:-3] - 0.5).abs().max() < 0.01


def test_a_blob_follows_the_zoom_to_a_twentieth_of_a_pixel():
    """One focus all along is a pure zoom about one point: x = q + (x0 - q) p^t, known exactly."""
    still = 0.5 + (np.array(SAME.focus[0]) - 0.5) / (1 - 1 / 2.5)
    still = still * (SAME.width, SAME.height)
    where = still + (5.0, -3.0)
    renderer = FrameRenderer(blobs(SAME, *where, sigma=1.2), SAME)
    path = Path(SAME.zooms[:2], fps=30, seconds_per_level=1.1)
    seen = np.array([centroid(renderer.picture(depth)) for depth in path])
    scale = np.array([2.5 ** (level + offset) for level, offset in path])
    assert np.abs(seen - (still + np.outer(scale, where - still))).max() < 0.05


def test_a_slow_zoom_has_no_frozen_frame_and_no_jitter():
    renderer = FrameRenderer(blobs(SAME, 120.3, 110.7, sigma=6.0), SAME)
    path = Path(SAME.zooms[:1], fps=30, seconds_per_level=60)
    near_border = [*range(60), *range(880, 940)]
    for start in (0, 60):
        seen = [renderer.picture(path[k]) for k in near_border[start : start + 60]]
        at = np.array([centroid(frame) for frame in seen])
        step = np.linalg.norm(np.diff(at, axis=0), axis=1)
        assert all(not torch.equal(a, b) for a, b in zip(seen, seen[1:], strict=False))
        assert step.min() > 0
        assert np.abs(np.diff(step)).max() < 0.002


def corners(rng):
    zooms = tuple(rng.choice([1.3, 1.7, 2.0, 2.5, 4.0, 16.0]) for _ in range(rng.randint(1, 7)))

    def at(zoom):
        reach = 0.5 / zoom
        return rng.choice([reach, 1 - reach, 0.5, rng.uniform(reach, 1 - reach)])

    return Geometry(64, 64, zooms, tuple((at(p), at(p)) for p in zooms))


@pytest.mark.parametrize("seed", range(40))
def test_the_camera_stays_inside_the_widest_level_and_meets_every_frame(seed):
    g = corners(random.Random(seed))
    camera = Camera(g)
    for level in range(g.levels - 1):
        for offset in np.linspace(0, 1, 23)[:-1]:
            for axis_, span in enumerate(camera.view(Depth(level, float(offset)))):
                assert span.size == pytest.approx(g.zooms[level] ** -offset)
                whole = absolute(g, level, span, axis_)
                assert whole.first > -1e-8 and whole.last < 1 + 1e-8
        # At both ends of the way it is at the frame exactly, without a step.
        for axis_, place in enumerate(g.placement(level, level + 1)):
            near = camera.view(Depth(level, 1 - 1e-7))[axis_].to_child(place)
            assert near.first == pytest.approx(0, abs=1e-5)
            near = camera.view(Depth(level, 1e-7))[axis_]
            assert near.first == pytest.approx(0, abs=1e-5)


def test_the_focus_of_expansion_has_no_kink_at_a_level_border():
    """It is minus the slope of the centre in the view's width; equal on both sides of a level."""
    camera, tiny = Camera(MIXED), 1e-5
    for level in range(1, MIXED.levels - 1):
        for axis_ in (0, 1):
            place = MIXED.placement(level - 1, level)[axis_]
            before = camera.view(Depth(level - 1, 1 - tiny))[axis_].to_child(place)
            after = camera.view(Depth(level, tiny))[axis_]
            slope = [(sum(s) / 2 - 0.5) / (1 - s.size) for s in (before, after)]
            assert slope[0] == pytest.approx(slope[1], abs=1e-3)


def test_one_focus_all_along_is_a_pure_zoom():
    for level in range(3):
        rows, columns = Camera(SAME).view(Depth(level, 0.4))
        for span, at in ((rows, 0.52), (columns, 0.37)):
            still = 0.5 + (at - 0.5) / (1 - 1 / 2.5)
            assert (still - span.first) / span.size == pytest.approx(still)


def test_no_edge_of_a_child_shows_in_its_parent():
    """A white child on black, where a hard edge would be a step of 1."""
    g = Geometry(180, 320, (2.0,))
    stack = torch.stack([torch.zeros(1, 180, 320), torch.ones(1, 180, 320)])
    path = Path(g.zooms, fps=30, seconds_per_level=4)
    last = None
    for depth, frame in zip(path, frames(stack, g, path), strict=True):
        if depth.offset < 0.8:
            assert max(frame.diff(dim=1).abs().max(), frame.diff(dim=2).abs().max()) < 0.15
        if last is not None:
            assert (frame - last).abs().mean() < 0.03
        last = frame


def test_where_the_camera_leaves_a_level_the_wider_ones_show_what_is_there():
    g = Geometry(90, 90, (2.0, 2.0, 2.0), ((0.5, 0.5), (0.25, 0.25), (0.75, 0.75)))
    renderer = FrameRenderer(torch.full((4, 1, 90, 90), 0.6), g)
    out = [
        depth
        for depth in Path(g.zooms, fps=20)
        if not all(span.inside for span in renderer.camera.view(depth))
    ]
    assert out
    for depth in out:
        assert (renderer.picture(depth) - 0.6).abs().max() < 1e-6


def test_another_aspect_ratio_is_cropped_to_around_the_middle():
    g = Geometry(64, 96, (2.0,))
    stack = pictures(g)
    assert torch.allclose(FrameRenderer(stack, g, 64, 64).picture(Depth(0)), stack[0, ..., 16:80])
    tall = FrameRenderer(stack, g, 32, 96).picture(Depth(1))
    assert torch.allclose(tall, stack[1, :, 16:48])
    assert FrameRenderer(stack, g, 31, 17).picture(Depth(0, 0.3)).shape == (3, 31, 17)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_dtype_follows_the_stack(dtype):
    stack = pictures(MIXED).to(dtype)
    frame = next(frames(stack, MIXED, [Depth(1, 0.37)]))
    assert frame.dtype == dtype and 0 <= frame.min() and frame.max() <= 1
    exact = next(frames(stack.double(), MIXED, [Depth(1, 0.37)]))
    assert (frame - exact).abs().max() < (1e-3 if dtype == torch.float16 else 1e-6)


def test_an_encoders_frame_is_the_picture_rounded_once():
    stack = pictures(MIXED)
    renderer = FrameRenderer(stack, MIXED)
    for bits, peak in ((8, 255), (16, 65535)):
        pixels = renderer.render(Depth(2, 0.6), bits)
        exact = renderer.picture(Depth(2, 0.6)).permute(1, 2, 0).numpy() * peak
        assert np.abs(pixels - exact).max() <= 0.5 + 1e-9
    grey = FrameRenderer(stack[:, :1], MIXED).render(Depth(1, 0.3))
    assert grey.shape == (63, 54, 3) and (grey[..., 0] == grey[..., 2]).all()


def test_one_level_and_133_levels():
    g = Geometry(7, 9, ())
    stack = pictures(g)
    assert torch.allclose(next(frames(stack, g, Path(()))), stack[0], atol=1e-12)
    deep = Geometry(7, 9, (2.0,) * 132, ((0.37, 0.6),) * 132)
    stack = pictures(deep)
    for level, offset in ((100, 0.37), (131, 0.9)):
        here = FrameRenderer(stack, deep).picture(Depth(level, offset))
        short = Geometry(7, 9, (2.0,), ((0.37, 0.6),))
        there = FrameRenderer(stack[level : level + 2], short).picture(Depth(0, offset))
        assert torch.allclose(here, there, atol=1e-9)


def test_what_does_not_fit_is_refused_at_once():
    with pytest.raises(ValueError, match="geometry has 4 levels of 234 x 253"):
        frames(torch.zeros(3, 3, 234, 253), SAME, Path(SAME.zooms))
    with pytest.raises(ValueError, match="depths go from 0 to 3"):
        next(frames(pictures(SAME), SAME, [Depth(3, 0.1)]))
    with pytest.raises(ValueError, match="no picture"):
        FrameRenderer(pictures(SAME), SAME, -1, 5)


def test_looking_ahead_keeps_the_order_and_takes_no_more_than_it_needs():
    taken = []

    def items():
        for k in range(100):
            taken.append(k)
            yield k

    ahead = look_ahead(lambda k: k * k, items(), workers=2)
    assert [next(ahead) for _ in range(5)] == [0, 1, 4, 9, 16]
    assert len(taken) <= 8
    ahead.close()
    assert list(look_ahead(lambda k: -k, range(7), workers=3)) == [0, -1, -2, -3, -4, -5, -6]
    with pytest.raises(ZeroDivisionError):
        list(look_ahead(lambda k: 1 / k, range(3)))


def test_memory_does_not_grow_with_length():
    code = """
        import resource, sys, torch
        from zoomstack.film.frames import FrameRenderer
        from zoomstack.scene.geometry import Geometry
        from zoomstack.film.encode.ahead import look_ahead
        from zoomstack.film.path import Path
        g = Geometry(48, 64, (2.0, 2.5))
        renderer = FrameRenderer(torch.rand(3, 3, 48, 64), g)
        peaks = []
        for count in (300, 3000):
            for frame in look_ahead(renderer.render, Path(g.zooms, duration=count / 30)):
                pass
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        print(*peaks)
    """
    home = str(pathlib.Path(zoomstack.__file__).parents[1])
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    if "nodes" not in os.listdir(home):
        environment["PYTHONPATH"] = home
    answer = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True, text=True, check=True, env=environment, cwd=pathlib.Path("/"),
    )  # fmt: skip
    short, long = map(int, answer.stdout.split())
    assert long < 1.1 * short
