import math

import pytest

from zoomstack.film.path import Path
from zoomstack.film.ways import EASINGS, OPEN
from zoomstack.scene.depth import Depth

ZOOMS = (2.0, 3.5, 1.7, 2.5)


def logs(path):
    """The log magnification of each frame, summed level by level."""
    return [
        sum(map(math.log, path.zooms[:level])) + (offset and offset * math.log(path.zooms[level]))
        for level, offset in path
    ]


def test_the_scale_is_p_to_the_t_across_level_borders():
    at = logs(Path(ZOOMS, fps=29.97, duration=7.3))
    steps = [b - a for a, b in zip(at, at[1:], strict=False)]
    mean = math.log(2 * 3.5 * 1.7 * 2.5) / len(steps)
    assert max(abs(step / mean - 1) for step in steps) < 1e-9


@pytest.mark.parametrize("easing", EASINGS)
def test_easing_bends_the_whole_path_and_keeps_its_ends(easing):
    ease = EASINGS[easing]
    assert (ease(0), ease(1)) == (0, 1)
    at = logs(Path(ZOOMS, easing=easing))
    assert all(b > a for a, b in zip(at, at[1:], strict=False))
    speed = [b - a for a, b in zip(at, at[1:], strict=False)]
    # No jump of speed anywhere: at a level border least of all.
    assert max(abs(b - a) for a, b in zip(speed, speed[1:], strict=False)) < 0.06 * max(speed)


def test_easings_gather_and_lose_speed_evenly():
    """In: at a constant acceleration. Out: the same, backwards. Both: evenly in the middle."""
    into, out, both = (EASINGS[name] for name in ("ease-in", "ease-out", "ease-in-out"))
    for u in (0.1, 0.37, 0.5, 0.8):
        assert into(u) == pytest.approx(u**2)
        assert out(u) == pytest.approx(1 - into(1 - u))
        assert both(u) == pytest.approx(1 - both(1 - u))
        assert EASINGS["linear"](u) == u
    step = 1e-4
    slopes = [(both(u + step) - both(u)) / step for u in (0.0, 0.5 - step / 2, 1 - step)]
    assert slopes == pytest.approx([0, 1.5, 0], abs=1e-3)


def test_smooth_is_linear_but_for_its_ends():
    ease = EASINGS["smooth"]
    assert ease(0.6) - ease(0.5) == pytest.approx(ease(0.4) - ease(0.3))
    assert ease(0.01) < 0.001
    assert ease(0.3) == pytest.approx(1 - ease(0.7))


@pytest.mark.parametrize("seconds", [0.1, 1.0, 7.77, 61.3])
@pytest.mark.parametrize("fps", [23.976, 30, 59.94])
def test_the_frame_count_is_exact(seconds, fps):
    path = Path(ZOOMS, fps=fps, duration=seconds, hold_start=0.37, hold_end=0.21)
    assert len(path) == len(list(path)) == round((seconds + 0.37 + 0.21) * fps)


def test_seconds_per_level_count_each_level_passed():
    assert len(Path(ZOOMS, 30, seconds_per_level=1.5)) == 180
    assert len(Path(ZOOMS, 30, seconds_per_level=1.5, direction="out-in")) == 360


@pytest.mark.parametrize("direction", ["in", "out"])
def test_the_first_frame_is_the_start_view_and_the_last_the_end_view(direction):
    path = Path(ZOOMS, duration=3.1, direction=direction, easing="ease-in-out")
    ends = [Depth(0, 0.0), Depth(4, 0.0)]
    assert [path[0], path[-1]] == (ends if direction == "in" else ends[::-1])


def test_out_is_in_reversed():
    at, back = logs(Path(ZOOMS)), logs(Path(ZOOMS, direction="out"))
    assert back == pytest.approx(at[::-1])


@pytest.mark.parametrize("duration", [2.0, 2.1, 0.1])
@pytest.mark.parametrize("direction", ["in-out", "out-in"])
def test_a_round_trip_loops_without_a_doubled_frame(direction, duration):
    path = Path(ZOOMS, fps=30, duration=duration, direction=direction, easing="smooth")
    at = logs(path)
    start, far = (at[0], max(at)) if direction == "in-out" else (at[0], min(at))
    assert at.count(start) == 1 and at.count(far) == 1
    assert {path[0], path[len(path) // 2]} == {Depth(0), Depth(4)}
    looped = at + at[:1]
    assert all(a != b for a, b in zip(looped, looped[1:], strict=False))


def test_holds_rest_on_the_start_view_the_end_view_and_the_turn():
    path = Path(ZOOMS, 10, duration=4, hold_start=1, hold_end=2)
    assert [path[k] for k in range(11)] == [Depth(0)] * 11 and path[11] != Depth(0)
    assert [path[-k] for k in range(1, 22)] == [Depth(4)] * 21 and path[-22] != Depth(4)
    trip = list(Path(ZOOMS, 10, duration=4, direction="in-out", hold_turn=1.5, hold_end=1))
    assert trip.count(Depth(4)) == 16 and trip[20] == trip[35] == Depth(4)
    assert trip[-10:] == [Depth(0)] * 10 and trip[-11] != Depth(0)


def test_depth_keeps_its_precision_over_133_levels():
    path = Path((2.0,) * 132, fps=7, seconds_per_level=1)
    for frame in (0, 461, len(path) - 1):
        level, offset = path[frame]
        assert level + offset == pytest.approx(frame * 132 / (len(path) - 1), abs=1e-10)
    assert Path((1.5,) * 132, fps=10, duration=132.1)[660] == Depth(66, 0.0)


@pytest.mark.parametrize("direction", OPEN)
def test_one_level_is_a_still(direction):
    assert list(Path((), direction=direction)) == [Depth(0)]
    assert list(Path((), 10, duration=0.5, hold_end=0.3, direction=direction)) == [Depth(0)] * 8


@pytest.mark.parametrize(
    "bad",
    [
        {"direction": "up"},
        {"easing": "bounce"},
        {"fps": 0},
        {"fps": math.nan},
        {"duration": -1},
        {"hold_turn": math.inf},
        {"duration": 1e300},
    ],
)
def test_what_makes_no_path_is_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        Path(ZOOMS, **bad)


def test_a_frame_that_is_not_there_is_refused():
    path = Path(ZOOMS)
    with pytest.raises(IndexError):
        path[len(path)]


BRIDGED = {"zooms": (2.0, 2.0, 2.5, 2.0, 3.0, 1.5), "bridges": (0, 1, 1, 0, 0, 1, 0)}
WRITTEN = (10.0, 2.0, 4.5)


@pytest.mark.parametrize(
    "timing",
    (
        {"seconds_per_level": 1.3},
        {"duration": 5.0, "easing": "smooth", "direction": "in-out"},
        {"start": 0.5, "end": 2.5, "direction": "out"},
        {"keyframes": "0: 0, 2: 1.5, 3: 1.5, 5: 3"},
    ),
)
def test_a_film_goes_through_bridges_as_if_they_were_not_there(timing):
    plain, bridged = Path(WRITTEN, **timing), Path(**BRIDGED, **timing)
    assert len(plain) == len(bridged) and plain.ends == bridged.ends
    assert logs(bridged) == pytest.approx(logs(plain), abs=1e-9)
    shown = [bridged.among_lines(depth) for depth in bridged]
    assert [d.level + d.offset for d in shown] == pytest.approx([d.level + d.offset for d in plain])
    assert shown[0] == plain[0] and shown[-1] == plain[-1]
    assert all(plain.among_lines(depth) is depth for depth in plain)


def test_a_loop_goes_through_bridges_at_its_one_speed():
    marks = BRIDGED["bridges"][:-1]
    plain = Path(WRITTEN, direction="loop", closed=True)
    bridged = Path(BRIDGED["zooms"], direction="loop", closed=True, bridges=marks)
    assert len(plain) == len(bridged) and bridged[len(bridged)] == bridged[0] == Depth(0)
    at = [a.level + a.offset for a in map(bridged.among_lines, bridged)]
    assert at == pytest.approx([a.level + a.offset for a in plain])


def test_marks_of_bridges_fit_the_levels():
    with pytest.raises(ValueError, match="2 marks .* for 4 levels"):
        Path(WRITTEN, bridges=(False, True))
