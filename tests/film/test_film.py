"""A film's one door: what its pictures show is what its planes store, whatever lies over them."""

import io
from dataclasses import replace

import av
import numpy as np
import pytest
import torch
from ladders import mixed, pictures

from zoomstack.film.encode import encode
from zoomstack.film.film import Film
from zoomstack.film.frames import FrameRenderer
from zoomstack.film.overlay import Patch
from zoomstack.film.path import Path
from zoomstack.film.planes import PlaneRenderer

MIXED = mixed(62, 54)
PATH = Path.through(MIXED, fps=5, seconds_per_level=1)


class Fading:
    """A half-transparent disc and an opaque bar at the border, which fade in over a second."""

    def __init__(self):
        down, across = (torch.arange(21.0)[:, None] - 10, torch.arange(27.0) - 13)
        alpha = (10 - torch.hypot(down, across)).clamp(0, 1) * 0.7
        colour = torch.tensor([0.9, 0.2, 0.4]).view(3, 1, 1)
        self.disc = Patch(13, 17, alpha * colour, alpha)
        self.bar = Patch(51, 0, torch.ones(3, 11, 54) * 0.8, torch.ones(11, 54))

    def at(self, number):
        return [self.disc, replace(self.bar, opacity=min(1.0, number / 5))]


def soft(g, channels=3):
    """Pictures with little in them that chroma's half size would lose."""
    coarse = pictures(g.resized(8, 8), channels=channels).float()
    return torch.nn.functional.interpolate(coarse, (g.height, g.width), mode="bicubic").clamp(0, 1)


def film(overlay=None, channels=3, **given):
    return Film(soft(MIXED, channels), MIXED, PATH, overlay=overlay, **given)


def colours(planes, height, width):
    """RGB (H, W, 3) of an encoder's planes, by BT.709 and with chroma between its own places."""
    luma = (planes[:height].astype(float) - 16) / 219
    small = (planes[height:].reshape(2, height // 2, width // 2).astype(float) - 128) / 224
    rows, columns = (np.arange(height) - 0.5) / 2, np.arange(width) / 2
    cb, cr = (
        np.stack([np.interp(rows, np.arange(height // 2), line) for line in
                  np.stack([np.interp(columns, np.arange(width // 2), row) for row in plane]).T]).T
        for plane in small
    )  # fmt: skip
    red, blue = luma + 1.5748 * cr, luma + 1.8556 * cb
    green = (luma - 0.2126 * red - 0.0722 * blue) / 0.7152
    return np.stack([red, green, blue], -1)


def test_without_anything_over_it_a_film_is_its_renderers_frames_to_the_bit():
    plain, frames = film(), FrameRenderer(soft(MIXED), MIXED)
    planes = PlaneRenderer(frames)
    for number in (0, 7, -1):
        assert torch.equal(plain.picture(number), frames.picture(PATH[number]))
        for bits in (8, 16):
            assert np.array_equal(plain.rgb(number, bits), frames.render(PATH[number], bits))
        for bits in (8, 10):
            assert np.array_equal(plain.planes(number, bits), planes.render(PATH[number], bits))
    assert len(plain) == len(PATH) and (plain.height, plain.width) == (62, 54)
    with pytest.raises(IndexError):
        plain.picture(len(PATH))


@pytest.mark.parametrize("number", [0, 3, 12, -1])
@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_shown_is_what_is_stored(number, channels):
    shown = film(Fading(), channels)
    rgb = shown.rgb(number) / 255
    found = colours(shown.planes(number), 62, 54)
    # In luma to the rounding; chroma has half the size, and the disc's border is sharp.
    weights = (0.2126, 0.7152, 0.0722)
    assert np.abs((found - rgb) @ weights).max() < 0.006
    assert np.sqrt(((found - rgb) ** 2).mean()) < 0.03
    assert np.abs((found - rgb)[18:29, 24:37]).max() < 0.03, "inside of the disc"


def test_what_lies_over_a_frame_is_mixed_by_its_alpha():
    over, under = film(Fading()), film()
    a, b = over.picture(2), under.picture(2)
    assert torch.allclose(a[:, 23, 30], b[:, 23, 30] * 0.3 + 0.7 * torch.tensor([0.9, 0.2, 0.4]))
    assert torch.allclose(a[:, 55, 3], b[:, 55, 3] * 0.6 + 0.4 * 0.8)
    assert torch.equal(a[:, :13], b[:, :13])
    assert torch.allclose(over.picture(6)[:, 51:], torch.tensor(0.8))


@pytest.mark.parametrize("row, column", [(13, 17), (12, 0), (0, 27), (12, 26), (41, 20)])
def test_chroma_of_a_patch_lies_where_its_luma_does(row, column):
    """A patch of one colour over one of its own luma: no pixel further than it is touched."""
    patch = Patch(row, column, torch.zeros(3, 21, 27), torch.ones(21, 27))

    class Still:
        def at(self, number):
            return [patch]

    stack = torch.tensor([0.9, 0.5, 0.1]).view(1, 3, 1, 1).repeat(MIXED.levels, 1, 62, 54)
    planes = [
        Film(stack, MIXED, PATH, overlay=lies).planes(4, 10) / 4.0 for lies in (Still(), None)
    ]
    (cb, cr), (whole, _) = (p[62:].reshape(2, 31, 27) for p in planes)
    share = (cb - 128) / (whole - 128)
    across = np.zeros(56)
    across[column + 1 : column + 28] = 1  # one to the left of the frame, as its first column
    across[0] = across[1]
    down = np.zeros(62)
    down[row : row + 21] = 1
    columns = (across[0:-2:2] + 2 * across[1:-1:2] + across[2::2]) / 4
    rows = (down[0::2] + down[1::2]) / 2
    assert np.abs(1 - share - np.outer(rows, columns)).max() < 0.02
    assert cr.shape == (31, 27)


def test_the_decoded_film_shows_its_captions():
    shown, buffer = film(Fading()), io.BytesIO()
    encode(buffer, (shown.planes(number) for number in range(len(shown))), 5, crf=1)
    buffer.seek(0)
    with av.open(buffer) as container:
        decoded = [frame.to_ndarray(format="yuv420p") for frame in container.decode(video=0)]
    assert len(decoded) == len(shown)
    for number in (0, 5, 13):
        error = colours(decoded[number], 62, 54) - shown.rgb(number) / 255
        assert np.sqrt((error**2).mean()) < 0.03


def test_a_patch_that_leaves_the_frame_is_refused():
    class Beyond:
        def at(self, number):
            return [Patch(60, 0, torch.zeros(3, 3, 3), torch.zeros(3, 3))]

    for look in (film(Beyond()).picture, film(Beyond()).planes):
        with pytest.raises(ValueError, match="3 x 3 pixels at .0, 60. leaves a frame of 54 x 62"):
            look(0)
