"""How visible a frame is, on pictures where it is known."""

import math

import pytest
import torch
from textures import SIZE, texture

from zoomstack import Geometry
from zoomstack.measure.seam import seams, visibility, visible

WINDOW = (slice(24, 72), slice(30, 66))


def pasted(picture, step, window=WINDOW):
    picture = picture.clone()
    picture[(..., *window)] += step
    return picture


def test_a_picture_without_a_frame_measures_about_one():
    values = [visibility(texture(seed), WINDOW) for seed in range(24)]
    assert sum(map(math.log, values)) / 24 == pytest.approx(0, abs=0.05)
    assert max(values) < 1.5


@pytest.mark.parametrize("picture", (torch.zeros(3, SIZE, SIZE), torch.full((3, SIZE, SIZE), 0.7)))
def test_a_flat_picture_has_no_frame(picture):
    assert visibility(picture, WINDOW) == pytest.approx(1)


def test_a_smooth_slope_is_no_frame():
    slope = torch.linspace(0, 1, SIZE).expand(3, SIZE, SIZE)
    assert visibility(slope, WINDOW) == pytest.approx(1, abs=0.05)


def test_a_pasted_square_shows_the_more_the_more_it_differs():
    values = [visibility(pasted(texture(3), step), WINDOW) for step in (0, 0.1, 0.2, 0.4)]
    assert values == sorted(values)
    assert values[1] > 1.3 and values[3] > 4


def test_a_frame_shows_through_a_decoders_blur():
    square = pasted(torch.zeros(3, SIZE, SIZE), 0.3)
    blurred = torch.nn.functional.avg_pool2d(square[None], 5, 1, 2)[0] + texture(4) - 0.5
    assert visibility(blurred, WINDOW) > 2


def test_a_step_elsewhere_is_no_frame():
    beside = (slice(40, 60), slice(44, 60))
    assert visibility(pasted(texture(5), 0.2, beside), WINDOW) < 1.3


def test_a_mirrored_or_turned_picture_shows_the_same_frame():
    picture = pasted(texture(6), 0.1)
    rows, columns = WINDOW
    mirrored = (rows, slice(SIZE - columns.stop, SIZE - columns.start))
    assert visibility(picture.flip(-1), mirrored) == pytest.approx(
        visibility(picture, WINDOW), rel=1e-4
    )
    assert visibility(picture.mT, (columns, rows)) == pytest.approx(
        visibility(picture, WINDOW), rel=1e-4
    )


def square(window, colour=(1 / 255, 0, 0)):
    """A black picture but for one square."""
    return pasted(torch.zeros(3, SIZE, SIZE), torch.tensor(colour)[:, None, None], window)


ALL = slice(0, SIZE)
WIDE, FLAT, SMALL = slice(4, SIZE - 4), slice(30, 50), slice(41, 53)


@pytest.mark.parametrize("window", (WINDOW, (WIDE, WIDE), (WIDE, FLAT), (FLAT, SMALL)))
def test_the_faintest_step_that_a_screen_shows_doubles_the_number(window):
    assert visibility(square(window), window) == pytest.approx(2, rel=1e-5)


def test_an_edge_at_the_pictures_own_border_does_not_count():
    assert visibility(square((ALL, FLAT)), (ALL, FLAT)) == pytest.approx(1.5, rel=1e-5)
    striped = square((ALL, FLAT))
    striped[:, 12] += 1  # what an edge in the first row would be compared with
    assert visibility(striped, (ALL, FLAT)) == pytest.approx(1.5, rel=1e-4)
    most = slice(3, SIZE - 3)  # no room for the three pixels to compare with
    assert visibility(square((most, most)), (most, most)) == 1


def test_a_picture_too_small_to_tell_has_no_frame():
    assert visibility(torch.rand(3, 2, 2), (slice(0, 1), slice(1, 2))) == 1


def seen(first, count=1, colour=(0.1, 0, 0)):
    """How visible some columns, from ``first`` on, make a window that begins at column 30."""
    return visibility(square((ALL, slice(first, first + count)), colour), (ALL, slice(30, 66))) - 1


def test_three_pixels_count_on_each_side_of_a_border_but_not_the_next_one():
    one = seen(31)
    assert one > 1
    assert [seen(column) for column in (26, 27, 28, 32, 33)] == pytest.approx([one] * 5)
    assert [seen(29), seen(30)] == pytest.approx([0, 0], abs=1e-5)
    assert seen(25) < 0 and seen(34) < 0  # there the usual begins
    assert seen(31, 3) == pytest.approx(3 * one)


def test_lines_further_off_than_24_pixels_are_no_measure():
    cut = (ALL, slice(15, 95))
    clean = visibility(square(cut), cut)
    for column, counts in ((41, True), (42, False)):
        picture = square(cut)
        picture[:, :, column] += 0.5
        assert (visibility(picture, cut) < 0.9 * clean) == counts


def test_a_step_is_as_visible_as_its_colours_are_far_apart():
    red = seen(31)
    assert seen(31, colour=(0.2, 0, 0)) == pytest.approx(2 * red)
    assert seen(31, colour=(0.1, 0, -0.1)) == pytest.approx(2**0.5 * red)  # of one brightness


def test_what_changes_to_and_fro_along_a_border_is_texture():
    sign = torch.tensor([1.0, -1.0]).repeat(SIZE // 2)[:, None]
    picture = square((ALL, slice(31, 32)), (0.1, 0, 0)) * sign
    assert visibility(picture, (ALL, slice(30, 66))) - 1 == pytest.approx(seen(31) / 17, rel=1e-4)


def test_half_precision_shows_the_same_frames():
    views = torch.stack([pasted(texture(9), 0.1), texture(10)]).half()
    assert visible(views, [[WINDOW]]) == visible(views.float(), [[WINDOW]])


def test_of_two_borders_the_one_that_shows_more_counts():
    beside = (slice(30, 60), slice(20, 50))
    views = torch.stack([pasted(texture(5), 0.2)] * 2)
    borders = [[WINDOW, beside]], [[beside, WINDOW]]
    assert [visible(views, both) for both in borders] == [[visibility(views[0], WINDOW)]] * 2
    assert visibility(views[0], beside) < visibility(views[0], WINDOW)


def test_seams_of_an_oblong_zoom_lie_in_its_own_rows_and_columns():
    assert seams(Geometry(12, 20, (2.0,)), 8) == [[(slice(24, 72), slice(40, 120))]]


def test_frames_looks_where_the_children_lie():
    g = Geometry(12, 12, (2.0, 3.2), ((0.5, 0.5), (0.4, 0.6)))
    borders = seams(g, 8)
    assert borders[0] == [(slice(24, 72), slice(24, 72))]
    assert len(borders[1]) == 2, "latents and pixels begin at different places"
    views = torch.stack([texture(seed) for seed in range(3)])
    clean = visible(views, borders)
    rows, columns = borders[1][0]
    views[1, :, rows, columns] += 0.3
    marked = visible(views, borders)
    assert marked[0] == clean[0]
    assert marked[1] > 2 * clean[1]
