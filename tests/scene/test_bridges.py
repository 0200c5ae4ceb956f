"""Levels between lines that lie far from each other: every line stays where it was."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomstack.scene.between.bridges import both, bridged
from zoomstack.scene.between.written import Between, kept, lines, merged, ways
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.ladder import Ladder, dressed, parse_ladder
from zoomstack.scene.settings import PLAIN, Settings

TEN = "\n".join(f"10^{7 - n} m" for n in range(10))


@st.composite
def ladders(draw):
    closed = draw(st.booleans())
    zooms = draw(st.lists(st.floats(1.01, 300), min_size=2, max_size=5))
    if closed and math.prod(zooms) < 4:
        zooms[0] = 4.0
    shares = draw(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=5, max_size=5))
    focus = tuple(
        (0.5 / p + x * (1 - 1 / p), 0.5 / p + y * (1 - 1 / p))
        for p, (x, y) in zip(zooms, shares, strict=False)
    )
    texts = tuple("abcdef"[: len(zooms) + (not closed)])
    return Ladder(texts, texts, tuple(zooms), focus, closed)


@given(ladders(), st.floats(1.25, 8))
def test_every_line_lies_where_it_lay(ladder, largest):
    found = bridged(ladder, largest)
    written = lines(found.bridges, found.levels)
    assert [found.prompts[level] for level in written] == list(ladder.prompts)
    assert max(found.zooms) <= largest * (1 + 1e-8)
    before, after = ladder.geometry(64, 64), found.geometry(64, 64)
    for (wider, deeper), at in zip(before.neighbours, written, strict=False):
        goal = written[deeper]
        for one, other in zip(
            before.placement(wider, deeper), after.placement(at, goal), strict=True
        ):
            assert other.zoom == pytest.approx(one.zoom, rel=1e-12)
            assert other.left == pytest.approx(one.left, abs=1e-9)


def test_a_step_that_nothing_is_put_into_stays_however_small():
    ladder = parse_ladder("a\n[p=1.01 focus=0.5,0.504] b\n[p=4] c")
    found = bridged(ladder, 2)
    assert found.zooms == (1.01, 2.0, 2.0) and found.focus[0] == (0.5, 0.504)
    small = parse_ladder("a\n[p=1.05] b")
    assert bridged(small, 2) == small


@given(ladders(), st.floats(1.25, 8))
def test_between_two_lines_frames_shrink_towards_one_point(ladder, largest):
    found = bridged(ladder, largest)
    g = found.geometry(1, 1)
    for place, level in zip(ways(g.zooms, found.bridges, g.closed), range(g.levels), strict=True):
        if place is None:
            continue
        whole = g.placement(place.wider, place.deeper)[1]
        part = g.placement(place.wider, level)[1]
        still = whole.left / (1 - 1 / whole.zoom)  # what the whole step keeps in its place
        assert part.left / (1 - 1 / part.zoom) == pytest.approx(still, abs=1e-9)
        assert place.share == pytest.approx(math.log(part.zoom) / math.log(whole.zoom))


def test_ten_lines_of_powers_of_ten():
    ladder = bridged(parse_ladder(TEN, 10, negative="blur"), 3)
    assert ladder.levels == 28 and ladder.zooms == pytest.approx((2, 2, 2.5) * 9)
    assert ladder.bridges == (False, True, True) * 9 + (False,)
    assert ladder.focus == ((0.5, 0.5),) * 27
    assert ladder.prompts[:4] == ("10^7 m", "10^7 m, 10^6 m", "10^7 m, 10^6 m", "10^6 m")
    assert ladder.negatives == ("blur",) * 28
    g = ladder.geometry(64, 64)
    assert g.octaves[-1] == pytest.approx(9 * math.log2(10), rel=1e-12)
    shares = [place.share for place in ways(g.zooms, ladder.bridges, False)[1:3] if place]
    assert shares == pytest.approx([math.log10(2), math.log10(4)])


def test_a_step_that_is_small_enough_stays():
    ladder = parse_ladder("a\n[p=4] b\nc", 2)
    found = bridged(ladder, 2)
    assert found.prompts == ("a", "a, b", "b", "c") and found.zooms == (2, 2, 2)
    assert found.bridges == (False, True, False, False)
    same = bridged(ladder, 4)
    assert same == ladder and same.bridges == ()
    assert bridged(ladder, 0) is ladder


def test_a_ring_is_bridged_where_it_closes():
    ladder = bridged(parse_ladder("[p=8] a\nb\nc", 2, loop=True), 2)
    assert ladder.prompts == ("a", "b", "c", "c, a", "c, a")
    places = ways(ladder.zooms, ladder.bridges, True)
    assert places[:3] == (None,) * 3
    assert places[3:] == (Between(2, 0, pytest.approx(1 / 3)), Between(2, 0, pytest.approx(2 / 3)))
    assert merged(ladder.zooms, ladder.bridges, True) == (2, 2, 8)


def test_negatives_are_both_where_they_differ_and_settings_plain():
    ladder = parse_ladder("a\nb\nc", 4, negative="x\ny\ny")
    own = Settings(cfg=7.0)
    found = bridged(ladder._replace(settings=(own, PLAIN, own)), 2)
    assert found.negatives == ("x", "x, y", "y", "y", "y")
    assert found.settings == (own, PLAIN, PLAIN, PLAIN, own)


def test_a_style_goes_around_both_once():
    ladder = dressed(bridged(parse_ladder("a\nb", 4), 2), "photo of", "film grain")
    assert ladder.prompts[1] == "photo of, a, b, film grain"


@pytest.mark.parametrize(
    ("pair", "text"),
    {
        ("a", "b"): "a, b",
        ("a", "a"): "a",
        ("a sea.", "a ship."): "a sea, a ship.",
        ("a sea", "a sea, a ship"): "a sea, a ship",
        ("a sea, a ship", "a ship"): "a sea, a ship",
        ("", "a"): "a",
    }.items(),
)
def test_what_one_says_already_is_not_said_twice(pair, text):
    assert both(*pair) == text


@pytest.mark.parametrize(
    ("count", "largest", "words"),
    (
        (10, 1.1, "largest_step is 1.1; steps of under 1.25"),
        (120, 2, r"would have 477 levels; it may have up to 256. Set largest_step to 0 or to 7.5"),
    ),
)
def test_too_many_levels_are_refused(count, largest, words):
    with pytest.raises(ValueError, match=words):
        bridged(parse_ladder("\n".join("a" * count), 10), largest)


def test_a_part_begins_and_ends_with_what_somebody_wrote():
    marks = (False, True, True, False, True, False)
    assert kept(marks, range(1, 5)) == (False, True, False, False)
    assert kept(marks, (1, 2)) == () == kept((), range(3))
    g = Geometry(8, 8, (2.0,) * 5)
    assert merged(g.zooms, marks, False) == (8, 4) and lines(marks, 6) == (0, 3, 5)
    assert merged(g.zooms, (), False) == g.zooms
