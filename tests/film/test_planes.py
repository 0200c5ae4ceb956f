"""An encoder's planes are the colours of the frame, at the places where H.264 puts them."""

import numpy as np
import pytest
import torch
from ladders import mixed, pictures

from zoomstack.film.frames import FrameRenderer
from zoomstack.film.planes import PlaneRenderer
from zoomstack.scene.depth import Depth

HEIGHT, WIDTH = 62, 54
MIXED = mixed(63, 54)


def planes(film, depth, bits=8):
    """Luma, Cb and Cr of a frame, limited range."""
    height, width = film.height, film.width
    stored = PlaneRenderer(film).render(depth, bits)
    assert stored.shape == (height * 3 // 2, width)
    luma, chroma = stored[:height], stored[height:].reshape(2, height // 2, width // 2)
    return luma.astype(float), *chroma.astype(float)


@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("depth", [Depth(0), Depth(1, 0.37), Depth(2, 0.9)])
def test_luma_is_the_frames_own(depth, bits):
    """Against the slower way: the frame in colours, converted afterwards."""
    film = FrameRenderer(0.25 + pictures(MIXED) / 2, MIXED, HEIGHT, WIDTH)
    weights = torch.tensor((0.2126, 0.7152, 0.0722)).double()
    frame = torch.einsum("c,chw->hw", weights, film.picture(depth)).numpy()
    exact = (16 + 219 * frame) * 2 ** (bits - 8)
    assert np.abs(planes(film, depth, bits)[0] - exact).max() <= 0.5 + 1e-3


@pytest.mark.parametrize(
    "colour, expected",
    [
        ((1, 1, 1), (235, 128, 128)),
        ((0, 0, 0), (16, 128, 128)),
        ((1, 0, 0), (63, 102, 240)),
        ((0, 0, 1), (32, 240, 118)),
    ],
)
def test_colours_are_those_of_bt709(colour, expected):
    """The code points of ITU-R BT.709 for a still of one colour."""
    stack = torch.tensor(colour).double().view(1, 3, 1, 1).expand(5, 3, 63, 54)
    for plane, value in zip(planes(FrameRenderer(stack, MIXED, 62), Depth(1, 0.3)), expected,
                            strict=True):  # fmt: skip
        assert (plane == value).all()


def test_chroma_lies_at_the_left_one_of_its_two_pixels_and_between_its_rows():
    """Ramps of red: chroma pixel (i, k) has the colour of luma's row 2 i + 1/2 and column 2 k."""
    size = 64
    ramp = torch.arange(size, dtype=torch.float64) / size
    for slope, places in (((0, 1), 2 * np.arange(32)), ((1, 0), 2 * np.arange(32) + 0.5)):
        red = slope[0] * ramp[:, None] + slope[1] * ramp[None]
        stack = torch.stack([red, red * 0, red * 0])[None]
        film = FrameRenderer(stack, type(MIXED)(size, size, ()))
        cr = planes(film, Depth(0), bits=10)[2].mean(1 - slope[1])
        exact = 4 * (128 + 224 * 0.5 * places / size)
        assert np.abs(cr - exact)[4:-4].max() < 0.6


def test_grey_levels_have_no_colour():
    film = FrameRenderer(pictures(MIXED, channels=1), MIXED, HEIGHT, WIDTH)
    _, cb, cr = planes(film, Depth(1, 0.4))
    assert (cb == 128).all() and (cr == 128).all()


def test_an_odd_size_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match="not 53 x 62; render 52 x 62"):
        PlaneRenderer(FrameRenderer(pictures(MIXED), MIXED, 62, 53))
