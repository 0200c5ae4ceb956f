"""How visible a frame is, on pictures where it is known."""

import math

import pytest
import torch
from textures import SIZE, texture

from zoomstack import Geometry
from zoomstack.measure.seam import frame, frames, seams

WINDOW = (slice(24, 72), slice(30, 66))


def pasted(picture, step, window=WINDOW):
    picture = picture.clone()
    picture[(..., *window)] += step
    return picture


def test_a_picture_without_a_frame_measures_about_one():
    values = [frame(texture(seed), WINDOW) for seed in range(24)]
    assert sum(map(math.log, values)) / 24 == pytest.approx(0, abs=0.05)
    assert max(values) < 1.5


@pytest.mark.parametrize("picture", (torch.zeros(3, SIZE, SIZE), torch.full((3, SIZE, SIZE), 0.7)))
def test_a_flat_picture_has_no_frame(picture):
    assert frame(picture, WINDOW) == pytest.approx(1)


def test_a_smooth_slope_is_no_frame():
    slope = torch.linspace(0, 1, SIZE).expand(3, SIZE, SIZE)
    assert frame(slope, WINDOW) == pytest.approx(1, abs=0.05)


def test_a_pasted_square_shows_the_more_the_more_it_differs():
    values = [frame(pasted(texture(3), step), WINDOW) for step in (0, 0.1, 0.2, 0.4)]
    assert values == sorted(values)
    assert values[1] > 1.3 and values[3] > 4


def test_a_frame_shows_through_a_decoders_blur():
    square = pasted(torch.zeros(3, SIZE, SIZE), 0.3)
    blurred = torch.nn.functional.avg_pool2d(square[None], 5, 1, 2)[0] + texture(4) - 0.5
    assert frame(blurred, WINDOW) > 2


def test_a_step_elsewhere_is_no_frame():
    beside = (slice(40, 60), slice(44, 60))
    assert frame(pasted(texture(5), 0.2, beside), WINDOW) < 1.3


def test_a_mirrored_or_turned_picture_shows_the_same_frame():
    picture = pasted(texture(6), 0.1)
    rows, columns = WINDOW
    mirrored = (rows, slice(SIZE - columns.stop, SIZE - columns.start))
    assert frame(picture.flip(-1), mirrored) == pytest.approx(frame(picture, WINDOW), rel=1e-4)
    assert frame(picture.mT, (columns, rows)) == pytest.approx(frame(picture, WINDOW), rel=1e-4)


def test_frames_looks_where_the_children_lie():
    g = Geometry(12, 12, (2.0, 3.2), ((0.5, 0.5), (0.4, 0.6)))
    borders = seams(g, 8)
    assert borders[0] == [(slice(24, 72), slice(24, 72))]
    assert len(borders[1]) == 2, "latents and pixels begin at different places"
    views = torch.stack([texture(seed) for seed in range(3)])
    clean = frames(views, borders)
    rows, columns = borders[1][0]
    views[1, :, rows, columns] += 0.3
    marked = frames(views, borders)
    assert marked[0] == clean[0]
    assert marked[1] > 2 * clean[1]
