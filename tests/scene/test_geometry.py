import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomstack.scene.geometry import Geometry


def test_the_focus_is_the_middle_unless_given():
    assert Geometry(253, 234, (2.5, 2)).focus == ((0.5, 0.5), (0.5, 0.5))


def test_the_window_holds_the_pixels_wholly_inside_the_frame():
    rows, columns = Geometry(10, 12, (2.5,), ((0.37, 0.5),)).placement(0, 1)
    assert (rows.left, rows.window) == (3.0, slice(3, 7))
    assert columns.left == pytest.approx(2.04)
    assert columns.window == slice(3, 6)


def test_a_deeper_placement_is_the_chain_of_its_neighbours():
    g = Geometry(100, 100, (2, 4), ((0.25, 0.5), (0.75, 0.5)))
    rows, columns = g.placement(0, 2)
    assert (columns.zoom, columns.left) == (8, pytest.approx(31.25))
    assert (rows.zoom, rows.left) == (8, pytest.approx(43.75))


def test_each_level_but_the_deepest_has_a_deeper_neighbour():
    assert Geometry(8, 8, (2.0, 3.0, 2.5)).neighbours == ((0, 1), (1, 2), (2, 3))
    assert Geometry(8, 8, ()).neighbours == ()


def test_octaves_add_up_and_no_depth_overflows_them():
    assert Geometry(8, 8, (2.0, 4.0)).octaves == (0.0, 1.0, 3.0)
    assert Geometry(8, 8, (1e6,) * 255).octaves[-1] == pytest.approx(255 * math.log2(1e6))


@pytest.mark.parametrize("zoom", [1, 0.5, -2, math.nan, math.inf])
def test_a_child_must_be_magnified(zoom):
    with pytest.raises(ValueError, match="Level 1 has a zoom factor"):
        Geometry(8, 8, (zoom,))


def test_a_child_must_lie_inside_its_parent():
    with pytest.raises(
        ValueError, match=r"Level 2 .* focus x must lie from 0.25 to 0.75, not at 0.9"
    ):
        Geometry(8, 8, (2, 2), ((0.5, 0.5), (0.9, 0.5)))


def test_one_focus_a_zoom():
    with pytest.raises(ValueError, match="2 zooms need 2 focus points, not 1"):
        Geometry(8, 8, (2, 2), ((0.5, 0.5),))


@given(
    size=st.integers(1, 300),
    zoom=st.floats(1.01, 50),
    where=st.floats(0, 1),
)
def test_every_window_lies_inside_its_parent(size, zoom, where):
    centre = 0.5 / zoom + where * (1 - 1 / zoom)
    rows, columns = Geometry(size, size, (zoom,), ((centre, centre),)).placement(0, 1)
    assert rows == columns
    assert 0 <= rows.window.start <= rows.window.stop <= size
