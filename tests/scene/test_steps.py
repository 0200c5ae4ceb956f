"""A zoom factor in steps: few, whole and even ones."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomstack.scene.between.places import LEAST
from zoomstack.scene.between.steps import SMALLEST, steps_between

CASES = {
    (10, 3): (2, 2, 2.5),
    (4, 2): (2, 2),
    (8, 2): (2, 2, 2),
    (6, 3): (2, 3),
    (12, 4): (3, 4),
    (10, 5): (2, 5),
    (10, 2): (2, 2, 2, 1.25),
    (3, 2): (2, 1.5),
    (100, 4): (3, 3, 3, 100 / 27),
    (16.5, 2): (2, 2, 2, math.sqrt(16.5 / 8), math.sqrt(16.5 / 8)),
    (2.1, 2): (math.sqrt(2.1),) * 2,  # 2 x 1.05: a level that hardly differs
    (1.5, 1.25): (1.5**0.5,) * 2,
    (3, 3): (3,),
    (1.01, 2): (1.01,),
}


@pytest.mark.parametrize(("asked", "steps"), CASES.items())
def test_steps_are_few_and_whole_and_even(asked, steps):
    assert steps_between(*asked) == pytest.approx(steps)


@given(
    st.one_of(st.floats(1.001, 1e6), st.integers(2, 10**6), st.floats(1e6, 1e60)),
    st.one_of(st.floats(SMALLEST, 64), st.integers(2, 64)),
)
def test_no_step_is_too_large_and_there_is_none_too_many(zoom, largest):
    steps = steps_between(zoom, largest)
    assert math.prod(steps) == pytest.approx(zoom, rel=1e-12)
    assert max(steps) <= largest * (1 + 1e-8)
    if len(steps) > 1:
        assert largest ** (len(steps) - 1) < zoom
        assert min(steps) >= LEAST


@given(st.lists(st.integers(2, 7), min_size=2, max_size=6))
def test_what_whole_factors_make_up_is_taken_apart_into_whole_ones(factors):
    largest, zoom = max(factors), math.prod(factors)
    steps = steps_between(zoom, largest)
    if len(steps) == len(factors):
        assert all(step == int(step) for step in steps)
        assert max(steps) / min(steps) <= max(factors) / min(factors)


@pytest.mark.parametrize("zoom", (1, 0, -2, math.inf, math.nan))
def test_what_is_no_zoom_has_no_steps(zoom):
    with pytest.raises(ValueError, match="A zoom factor of .* has no steps"):
        steps_between(zoom, 2)


@pytest.mark.parametrize("largest", (1.2, 1, 0, -1, math.inf, math.nan))
def test_steps_that_would_hardly_differ_are_refused(largest):
    with pytest.raises(ValueError, match="largest_step is .*Set it to 0 for no levels between"):
        steps_between(4, largest)
