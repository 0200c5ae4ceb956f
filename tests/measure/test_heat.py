"""The picture of where levels disagree; that it lies where the fault is: test_report.py."""

import pytest
import torch

from zoomstack import Geometry
from zoomstack.measure.heat import heat_map


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
