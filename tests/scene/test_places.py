import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomstack.scene.between.places import LEAST, between, factors_of, points_of
from zoomstack.scene.geometry import Geometry

inside = st.floats(0, 1)


def composed(zooms, focus):
    g = Geometry(480, 640, zooms, focus)
    return g.placement(0, g.levels - 1)


def assert_same(one, other):
    for a, b in zip(one, other, strict=True):
        assert a.zoom == pytest.approx(b.zoom, rel=1e-12)
        assert a.left == pytest.approx(b.left, abs=1e-9)


@given(st.floats(1.5, 1e4), inside, inside, st.integers(1, 6))
def test_steps_between_add_up_to_the_one_they_stand_for(zoom, x, y, count):
    focus = tuple(0.5 / zoom + at * (1 - 1 / zoom) for at in (x, y))
    if zoom ** (1 / (count + 1)) < LEAST:
        with pytest.raises(ValueError, match="none may be under 1.1"):
            between(zoom, focus, count)
        return
    zooms, points = between(zoom, focus, count)
    assert len(zooms) == len(points) == count + 1
    assert max(zooms) == pytest.approx(min(zooms))
    assert_same(composed(zooms, points), composed((zoom,), (focus,)))


@given(st.lists(st.tuples(st.floats(1.2, 3), inside, inside), min_size=3, max_size=3))
def test_given_steps_leave_a_last_one_that_adds_up(steps):
    """Whatever a geometry's middle levels are, they can be put between its ends again."""
    zooms = tuple(p for p, *_ in steps)
    focus = tuple((0.5 / p + x * (1 - 1 / p), 0.5 / p + y * (1 - 1 / p)) for p, x, y in steps)
    whole = composed(zooms, focus)
    rows, columns = whole
    middle = tuple(axis.left / axis.size + 0.5 / axis.zoom for axis in (columns, rows))
    found = between(math.prod(zooms), middle, 2, zooms[:2], focus[:2])
    assert_same(composed(*found), whole)
    assert found[0] == pytest.approx(zooms)
    for one, other in zip(found[1], focus, strict=True):
        assert one == pytest.approx(other, abs=1e-9)


def test_what_does_not_fit_is_told_with_what_would():
    with pytest.raises(ValueError, match="levels 4 and 5 the zoom factor is 1.5; 4 .* 3 levels"):
        between(1.5, (0.5, 0.5), 4, pair=(4, 5))
    with pytest.raises(ValueError, match="no level fits there"):
        between(1.15, (0.5, 0.5), 1)
    with pytest.raises(ValueError, match="make a step of 1.053"):
        between(2.0, (0.5, 0.5), 1, zooms=[1.9])
    with pytest.raises(ValueError, match="only a part of level 5, .* at .1, 0.5"):
        between(3.0, (0.5, 0.5), 1, zooms=[2.0], points=[(0.25, 0.5)], pair=(4, 5))
    with pytest.raises(ValueError, match="Level 5 would leave the level above it"):
        between(3.0, (0.5, 0.5), 1, zooms=[1.5], points=[(0.2, 0.5)], pair=(4, 5))
    with pytest.raises(ValueError, match="2 zoom factors are given for 1 new levels"):
        between(3.0, (0.5, 0.5), 1, zooms=[1.2, 1.2])


def test_one_number_or_point_is_for_all_or_for_the_step_between_old_and_new():
    assert factors_of(2, 3) == (2.0, 2.0, 2.0)
    assert points_of((0.4, 0.6), 3, 2) == ((0.5, 0.5), (0.5, 0.5), (0.4, 0.6))
    assert points_of([(0.4, 0.6), (0.3, 0.5)], 2, 0) == ((0.4, 0.6), (0.3, 0.5))
    with pytest.raises(ValueError, match="1 focus points are given for 2"):
        points_of([(0.4, 0.6)], 2, 0)
