"""Mean colours, of pictures whose colours are known."""

import pytest
import torch
from textures import texture

from zoomstack.measure.colour import drift, mean_colours

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


def test_the_slope_of_a_colour_is_its_drift():
    colours = [[50 + 2.0 * level, 10 - 1.0 * level, 0] for level in range(5)]
    assert drift(colours) == pytest.approx([2, -1, 0])
    assert drift(colours, colours) == pytest.approx([0, 0, 0], abs=1e-12)
    assert drift(colours[:2]) == pytest.approx([2, -1, 0])
    assert drift(colours[:1]) == [0, 0, 0]
