"""Keyframes: the way that they say, smooth, and words for those that say none."""

import math
from itertools import pairwise

import pytest

from zoomstack.film.keyframes import Eased, parse_keyframes
from zoomstack.film.path import Path
from zoomstack.scene.depth import Depth

ZOOMS = (2.0, 3.5, 1.7, 2.5, 2.0, 4.0, 2.0)
TEXT = "0: 0, 4: 2.5, 6: 2.5, 10: 7"


def logs(path, moments):
    found = []
    for moment in moments:
        level, offset = path.at(moment)
        found.append(path.log(level) + (offset and offset * math.log(path.zooms[level])))
    return found


def test_a_path_meets_its_keys_and_rests_between_two_equal_ones():
    path = Path(ZOOMS, fps=10, keyframes=TEXT)
    assert len(path) == 100 and path.keyframes == ((0, 0), (4, 2.5), (6, 2.5), (10, 7))
    assert path[0] == Depth(0) and path[-1] == Depth(7)
    for seconds, depth in path.keyframes:
        level, offset = path.at(seconds / 10 * 99)
        assert level + offset == pytest.approx(depth, abs=1e-9)
    resting = logs(path, [k * 0.3 for k in range(133, 198)])
    assert max(resting) - min(resting) < 1e-12
    assert path.ends == (0, 7)


def test_the_way_is_monotone_between_keys_and_its_acceleration_never_jumps():
    path = Path(ZOOMS, fps=50, keyframes="0: 0, 2: 0.5, 3: 4, 8: 4.5, 9: 2, 12: 2")
    before = math.inf
    for frames in (4, 8):
        at = logs(path, [k / frames for k in range(frames * 599)])
        speed = [b - a for a, b in pairwise(at)]
        assert min(at) >= 0 and max(at) <= path.log(4.5) + 1e-12
        assert speed[0] < 1e-4 and abs(speed[-1]) < 1e-12
        jump = max(abs(b - a) for a, b in pairwise([b - a for a, b in pairwise(speed)]))
        # The third difference: an eighth where steps are half as long and no acceleration jumps,
        # which would make it a quarter.
        assert jump < before / 6
        before = jump


def test_keys_on_a_line_are_that_line():
    line = Eased((0.0, 1.0, 2.5, 4.0, 5.0), (0.0, 1.0, 2.5, 4.0, 5.0))
    for t in (1.0, 1.7, 2.5, 3.3, 4.0):
        assert line(t) == pytest.approx(t)
    assert line(-1) == 0 and line(9) == 5
    steep = Eased((0.0, 1.0, 2.0), (0.0, 0.1, 9.0))
    values = [steep(k / 500) for k in range(1001)]
    assert all(b >= a for a, b in pairwise(values)), "no overshoot beside a steep one"


def test_in_a_ring_keys_go_on_over_its_end():
    path = Path((2.0, 3.0), fps=10, closed=True, keyframes=[(0, 0), (2, 2), (4, 4.5)])
    assert path.at(2 / 4 * 39) == Depth(0)
    level, offset = path[-1]
    assert (level, offset) == (0, pytest.approx(0.5))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0: 0, 4", "'4' has no colon"),
        ("0: 0, 4: deep", "'4: deep' is no pair of numbers"),
        ("0: 0", "one key is no way"),
        ("1: 0, 4: 2", 'the first is at 1 s.*begin with "0: 0"'),
        ("0: 0, 4: 2, 4: 3", "4 s comes after 4 s"),
        ("0: 0, 4: 9", "depth 9 at 4 s is outside.*to 7, the deepest"),
        ("0: 0, inf: 3", "inf: 3 is no time"),
        ("0: 0, 1e300: 3", "more frames than can be counted"),
    ],
)
def test_what_is_no_way_is_refused_in_words(text, said):
    with pytest.raises(ValueError, match=said):
        Path(ZOOMS, keyframes=text)


def test_nothing_else_may_say_where_the_camera_is():
    with pytest.raises(ValueError, match="so easing has nothing to say; set it to linear"):
        Path(ZOOMS, keyframes=TEXT, easing="smooth")
    with pytest.raises(ValueError, match="so hold_end has nothing to say"):
        Path(ZOOMS, keyframes=TEXT, hold_end=1.0)
    assert Path(ZOOMS, keyframes="").keyframes == parse_keyframes(" \n") == ()


def test_a_path_between_two_depths_is_a_part_of_the_way():
    path = Path(ZOOMS, fps=10, seconds_per_level=1, start=1.5, end=4)
    assert len(path) == 25 and path[-1] == Depth(4)
    assert path[0] == (1, pytest.approx(0.5))
    steps = [b - a for a, b in pairwise(logs(path, range(25)))]
    assert max(steps) - min(steps) < 1e-12
    back = Path(ZOOMS, fps=10, direction="out", start=2, end=3)
    assert (back[0], back[-1]) == (Depth(3), Depth(2))


@pytest.mark.parametrize("ends", [(-1, 2), (3, 2), (2, 2), (0, 8), (7, 0), (math.nan, 0)])
def test_depths_that_a_zoom_has_not_are_refused(ends):
    with pytest.raises(ValueError, match="start is depth .* from 0 to 7"):
        Path(ZOOMS, start=ends[0], end=ends[1])


def test_a_loop_has_no_ends():
    with pytest.raises(ValueError, match="no start and end"):
        Path((2.0, 2.0), direction="loop", closed=True, start=1.0)
