"""The picture of where levels disagree; that it lies where the fault is: test_report.py."""

import pytest
import torch

from zoomstack import Geometry
from zoomstack.measure.heat import errors, heat_map

TWO = Geometry(64, 64, (2.0,))


def flat(*colours):
    """A picture of one colour for each."""
    return torch.tensor(colours)[:, :, None, None].expand(-1, -1, 64, 64).contiguous()


def test_an_error_is_the_root_mean_square_over_the_channels():
    found = errors(flat((0.5, 0.5, 0.5), (0.2, 0.5, 0.9)), TWO)
    torch.testing.assert_close(found[0, 16:48, 16:48], torch.full((32, 32), (0.25 / 3) ** 0.5))


def test_half_precision_is_compared_in_single():
    views = torch.rand(2, 3, 64, 64).half()
    assert torch.equal(errors(views, TWO), errors(views.float(), TWO))


def test_levels_of_another_number_than_the_zooms_are_refused():
    with pytest.raises(ValueError, match="2"):
        errors(torch.rand(3, 3, 64, 64), TWO)


def test_the_picture_fades_where_it_glows():
    white, grey = (1.0, 1.0, 1.0), (0.95, 0.95, 0.95)
    shown = heat_map(flat(white, grey), TWO)[0]  # half of what is drawn white
    torch.testing.assert_close(shown[:, 32, 32], torch.tensor((1.0, 0.5, 0.2)))
    assert shown[:, 0, 0].tolist() == pytest.approx([0.4] * 3)


def test_a_cold_picture_is_its_mean_in_grey_and_what_overshoots_is_white():
    for colour, bright in (((1.0, 0.5, 0.0), 0.2), ((2.0, 1.5, 1.0), 0.4)):
        shown = heat_map(flat(colour, colour), TWO)
        torch.testing.assert_close(shown, torch.full_like(shown, bright))


def test_the_heat_map_goes_from_the_grey_picture_over_red_to_white():
    views = torch.full((2, 3, 64, 64), 0.5)
    views[1] = 0.5 + torch.linspace(0, 0.2, 64)[None, :, None]
    shown = heat_map(views, Geometry(64, 64, (2.0,)), hot=0.1)
    assert torch.allclose(shown[1], 0.4 * views[1])
    column = shown[0, :, 16:48, 32]
    assert column[0].max() == 1 and column[:, -1].tolist() == [1, 1, 1]
    assert (column[0] >= column[1]).all() and (column[1] >= column[2]).all()
    assert torch.equal(shown[0, :, 0, 0], torch.full((3,), 0.2))
    with pytest.raises(ValueError, match="drawn white is 0; it must be over 0"):
        heat_map(views, Geometry(64, 64, (2.0,)), hot=0)
