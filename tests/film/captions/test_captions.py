"""A film's captions: what stands over which frame, and where."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from zoomstack.export.captions import lines_of
from zoomstack.film.captions.captions import Captions, Look, shown, width_of
from zoomstack.film.film import Film
from zoomstack.film.path import Path
from zoomstack.film.roll import rolled
from zoomstack.film.shot import Moment, screen
from zoomstack.scene.depth import Depth
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.stack import ZoomStack

G = Geometry(90, 120, (2.0, 10.0, 4.0, 2.5), ((0.5, 0.5), (0.7, 0.4), (0.35, 0.6), (0.5, 0.5)))
LINES = ("far away", "nearer", "near", "-", "inside <it>")
HEIGHT, WIDTH = 180, 320


def film(g=G, ground=0.5, height=HEIGHT, width=WIDTH, **timing):
    """A grey film, over which nothing but captions can be seen."""
    levels = torch.full((g.levels, 3, g.height, g.width), ground)
    path = Path.through(g, **({"fps": 20.0, "seconds_per_level": 1.0} | timing))
    return Film(levels, g, path, height, width)


def captioned(plain, **look):
    return replace(plain, overlay=Captions(plain, Look(**look)))


def seen(one, number):
    """Which pixels of a frame are not the grey of the film: (rows, columns)."""
    return (one.picture(number) - 0.5).abs().amax(0) > 0.02


def test_no_captions_leave_every_pixel_as_it_was():
    plain = film()
    for number in (0, 33):
        assert torch.equal(captioned(plain).picture(number), plain.picture(number))


def test_a_level_s_words_fade_in_and_out_around_it():
    one = captioned(film(), lines=LINES)
    ink = [float(seen(one, number).sum()) for number in range(len(one))]
    for number, depth in enumerate(one.path):
        level, opacity = shown(depth, G.levels)
        assert (ink[number] > 0) == (opacity > 0.1 and level != 3), number
    assert shown(Depth(1, 0.29), 5) == (1, 1.0) and shown(Depth(1, 0.72), 5) == (2, 1.0)
    assert shown(Depth(1, 0.5), 5)[1] == 0 and 0.4 < shown(Depth(4, 0.6), 5)[1] < 0.6
    assert shown(Depth(4, 0.8), 5) == (0, 1.0), "a ring's last way ends on level 0"
    words = [shown(depth, 5)[1] for depth in film(seconds_per_level=40.0).path]
    assert np.abs(np.diff(words)).max() < 0.02, "nothing jumps"


def test_words_stay_within_the_safe_margins_of_any_frame():
    look = {"lines": ("a very long caption " * 20,) * 5, "scale": True, "bar": True}
    for height, width in ((180, 320), (320, 180), (64, 64)):
        one = captioned(film(height=height, width=width), metres=1e21, **look)
        rows, columns = torch.nonzero(seen(one, 0), as_tuple=True)
        margin = 0.05 * np.array([height, width]) - 4  # less their outline's shade
        assert rows.min() >= margin[0] and rows.max() < height - margin[0]
        assert columns.min() >= margin[1] and columns.max() < width - margin[1]
        assert rows.max() > height * 0.8, "the prompt is below"
        assert rows.min() < height * 0.2, "the measures are above"


@pytest.mark.parametrize("metres", [0.0, 1e27, 1e-12])
@pytest.mark.parametrize("height, width, size", [(360, 640, 20.0), (640, 360, 8.0)])
def test_measures_in_large_letters_stay_within_the_frame(height, width, size, metres):
    one = captioned(
        film(height=height, width=width), metres=metres, scale=True, bar=True, size=size
    )
    for number in range(0, len(one), 7):
        _, columns = torch.nonzero(seen(one, number), as_tuple=True)
        shade = 0.04 * height * size / 20 + 4
        assert columns.max() < width - 0.05 * width + shade


def test_what_is_saved_is_what_is_shown():
    """The planes of an encoder hold the captions that the pictures have."""
    one = captioned(film(), lines=LINES, scale=True, bar=True, squares=True)
    weights = torch.tensor((0.2126, 0.7152, 0.0722))
    for number in (0, 31):
        luma = torch.einsum("c,chw->hw", weights, one.picture(number))
        stored = torch.from_numpy(one.planes(number)[:HEIGHT].astype(np.float32))
        assert seen(one, number).sum() > 500
        assert (stored - (16 + 219 * luma)).abs().max() < 1
        chroma = one.planes(number)[HEIGHT:].astype(int)
        assert np.abs(chroma - 128).max() <= 1, "white and black have no colour"


def test_the_width_is_that_of_the_frame():
    """Also of a frame that is cropped; the widest level is what is so wide."""
    whole, tall = film(height=90, width=120), film(height=180, width=120)
    assert width_of(whole, 0, 1e7) == pytest.approx(7)
    assert width_of(tall, 0, 1e7) == pytest.approx(7 + math.log10(0.5))
    for number in (11, 29, 55, len(whole) - 1):
        level, offset = whole.path[number]
        magnified = math.prod(G.zooms[:level]) * (G.zooms[level] ** offset if offset else 1)
        assert width_of(whole, number, 1e7) == pytest.approx(7 - math.log10(magnified))


def test_the_bar_is_as_long_as_its_length_in_the_picture():
    one = captioned(film(height=360, width=640), bar=True, metres=1.0)
    # At its first frame the view is 1 m wide: 200 mm are a fifth of it.
    assert round(10 ** width_of(one, 0, 1.0), 9) == 1
    rows = seen(one, 0)
    longest = max(int(row.sum()) for row in rows[: 360 // 3])
    assert longest == pytest.approx(0.2 * 640, abs=4)


def test_the_bar_slides_and_fades_without_a_jump():
    one = captioned(film(seconds_per_level=4.0, height=120, width=160), bar=True)
    frames = torch.stack([one.picture(number) for number in range(60, 180)])
    steps = frames.diff(dim=0).abs().sum((1, 2, 3))
    ink = (frames - 0.5).abs().sum((1, 2, 3))
    assert steps.max() < 0.25 * ink.median() and steps.min() > 0
    names = [
        {patch.rgb.data_ptr(): patch.opacity for patch in one.overlay.at(number)
         if patch.alpha.shape[0] > one.overlay.measures.settings[2].size}
        for number in range(60, 180)
    ]  # fmt: skip
    changes = [
        abs(after.get(name, 0) - before.get(name, 0))
        for before, after in pairwise(names) for name in {*before, *after}
    ]  # fmt: skip
    assert 0.1 < max(changes) < 0.4, "a name does not give way at once to the next"


def test_squares_are_where_the_camera_will_be():
    """A square 10^k wide fills the frame's width when the view is 10^k wide, about its middle."""
    plain = film(seconds_per_level=3.0)
    squares = Captions(plain, Look(squares=True, metres=1000.0)).squares
    found = 0
    for number in range(0, len(plain), 5):
        wide = width_of(plain, number, 1000.0)
        here = list(squares.seen(number, wide))
        assert len(here) <= 2
        for square in here:
            tens = wide + math.log10(square.side / plain.width)
            assert tens == pytest.approx(round(tens), abs=1e-9)
            later = min(
                range(len(plain)), key=lambda n: abs(width_of(plain, n, 1000.0) - round(tens))
            )
            found += _is_centre(plain, number, later, square)
    assert found > 20


def _is_centre(plain, number, later, square):
    """Whether frame ``later`` looks where ``square`` lies in frame ``number``, by the widest."""

    def centre(frame):
        spans = list(plain.view(frame))
        for level in range(plain.path[frame].level, 0, -1):
            placed = plain.geometry.placement(level - 1, level)
            spans = [span.from_child(axis) for span, axis in zip(spans, placed, strict=True)]
        return [((s.first + s.last) / 2, s.size) for s in spans]

    now, then = centre(number), centre(later)
    for (middle, size), (target, _), at, pixels in zip(
        now, then, (square.row, square.column), (plain.height, plain.width), strict=True
    ):
        expected = ((target - middle) / size + 0.5) * pixels
        assert at == pytest.approx(expected, abs=0.02 * square.side + 0.5)
    return True


def test_squares_turn_with_the_picture_about_its_middle():
    """Where a square's middle is, a rolled frame shows what an upright one shows there."""
    plain = replace(film(seconds_per_level=2.0), roll=0.8)
    squares, upright = (
        Captions(one, Look(squares=True)).squares for one in (plain, replace(plain, roll=0.0))
    )
    checked = 0
    for number in range(0, len(plain), 9):
        wide = width_of(plain, number, 0.0)
        for turned, still in zip(
            squares.seen(number, wide), upright.seen(number, wide), strict=True
        ):
            moment = Moment(plain.path[number], rolled(plain.path, plain.roll, number))
            view = plain.view(number)
            seen = screen(moment, view, view, (plain.height, plain.width))
            at = seen(complex(turned.column, turned.row))
            assert abs(at - complex(still.column, still.row)) < 1e-6 * plain.width
            checked += abs(turned.row - still.row) > 2
    assert checked > 3


def test_text_is_set_once_and_few_of_it_is_kept():
    plain = film(fps=60.0)
    overlay = Captions(plain, Look(lines=LINES, scale=True, metres=1.0))
    first, second = (overlay.at(number) for number in (0, 1))
    assert first[-1].rgb is second[-1].rgb, "the same tensors: nothing is drawn anew"
    for number in range(0, len(plain), 2):
        overlay.at(number)
    assert overlay.measures._line.cache_info().currsize <= 96
    assert overlay._line.cache_info().misses == 5


def test_a_ring_s_captions_go_round_with_it():
    g = Geometry(60, 80, (2.0, 3.0, 2.0), closed=True)
    one = captioned(film(g, direction="loop"), lines=("a", "b", "c"), scale=True, bar=True,
                    squares=True)  # fmt: skip
    for number in range(0, len(one), 7):
        assert seen(one, number).any()


def test_captions_go_from_line_to_line_over_bridges():
    """As if nothing were put between: words stand as long, and numbers go on at their speed."""
    g = Geometry(90, 120, (2.0, 2.0, 2.5, 4.0))
    marks = (False, True, True, False, False)
    plain, bridged = film(Geometry(90, 120, (10.0, 4.0))), film(g, bridges=marks)
    look = {"lines": ("far", "-", "near"), "scale": True}
    one, other = captioned(plain, **look), captioned(bridged, **look)
    assert len(one) == len(other)
    for number in range(0, len(one), 3):
        assert torch.allclose(one.picture(number), other.picture(number), atol=1e-5), number
    with pytest.raises(ValueError, match="5 captions for 3 levels"):
        captioned(bridged, lines=LINES)
    of = ZoomStack(bridged.levels, g, tuple("abcde"), bridges=marks)
    assert lines_of(of, "") == ("a", "d", "e") and lines_of(of, "x / - / y") == ("x", "", "y")


@pytest.mark.parametrize(
    "look, words",
    [
        ({"lines": ("a", "b")}, "2 captions for 5 levels"),
        ({"size": 0.2}, "0.2 percent"),
        ({"size": math.nan}, "nan percent"),
        ({"metres": -1.0}, "-1 metres"),
        ({"metres": math.inf}, "inf metres"),
        ({"lines": ("a", "\U000f0000x", "\u1234\u4e00\u05d0\U00012345", "c", "d")}, "U\\+12345"),
    ],
)
def test_what_cannot_be_shown_is_refused(look, words):
    with pytest.raises(ValueError, match=words):
        captioned(film(), **look)
