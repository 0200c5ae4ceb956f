"""What a zoom is measured by, on pictures whose numbers are known."""

import math

import pytest
import torch

from zoomstack import Geometry, render
from zoomstack.joint.blend import agreement
from zoomstack.measure.colour import mean_colours
from zoomstack.measure.detail import decibels, detail, disagreements
from zoomstack.measure.seam import frame, frames, seams
from zoomstack.spaces.plain import plain_space

SIZE = 96
WINDOW = (slice(24, 72), slice(30, 66))


def texture(seed=0, channels=3, height=SIZE, width=SIZE):
    """Smooth noise, as a photograph's."""
    random = torch.Generator().manual_seed(seed)
    white = torch.randn(1, channels, height + 4, width + 4, generator=random)
    return 0.5 + 0.3 * torch.nn.functional.avg_pool2d(white, 5, 1)[0]


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


# By CIE 15 and IEC 61966-2-1 in float64, from the primaries' and the white's own coordinates.
KNOWN = {
    (1, 1, 1): (100, 0, 0),
    (0, 0, 0): (0, 0, 0),
    (0.5, 0.5, 0.5): (53.39, 0, 0),
    (1, 0, 0): (53.24, 80.09, 67.20),
    (0, 1, 0): (87.74, -86.18, 83.19),
    (0, 0, 1): (32.30, 79.19, -107.86),
    (0.25, 0.5, 0.75): (52.02, 0.10, -39.36),
    (0.02, 0.01, 0.03): (0.95, 1.38, -1.70),  # below both curves' corners: their straight parts
}


def test_the_colours_of_plain_pictures_are_those_of_the_standard():
    views = torch.tensor(list(KNOWN), dtype=torch.float64)[:, :, None, None].expand(-1, -1, 5, 7)
    found, wanted = torch.tensor(mean_colours(views)), torch.tensor(list(KNOWN.values()))
    torch.testing.assert_close(found, wanted, atol=0.02, rtol=0)  # a hundredth of what eyes see


def test_a_mean_colour_is_the_mean_of_the_pixels_colours():
    views = torch.zeros(2, 3, 8, 9)
    views[1, :, :, :3] = 1  # a third of it white: not the colour of its mean, a dark grey
    black, third = mean_colours(views)
    assert black == pytest.approx([0, 0, 0], abs=0.01)
    assert third == pytest.approx([100 / 3, 0, 0], abs=0.01)


@pytest.mark.parametrize("dtype", (torch.float16, torch.bfloat16))
def test_half_precision_costs_a_colour_nothing_but_its_own_rounding(dtype):
    views = texture(8)[None].clamp(0, 1).to(dtype)
    assert mean_colours(views) == mean_colours(views.float())


def test_detail_follows_the_fine_octaves_alone():
    fine = texture(7)
    coarse = torch.linspace(0, 1, SIZE).expand(3, SIZE, SIZE)
    one, twice, both = detail(torch.stack([fine, 2 * fine, fine + coarse]))
    assert twice == pytest.approx(2 * one, rel=1e-3)
    assert both == pytest.approx(one, rel=0.05)


def test_disagreements_is_found_in_its_octave():
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
