"""The report tells each fault by its own number, and says nothing of a zoom without one."""

import json
import math

import pytest
import torch
from torch.nn import functional

from zoomstack import Geometry, blend, render
from zoomstack.measure.colour import drift
from zoomstack.measure.heat import errors
from zoomstack.measure.report import Limits, Numbers, failures, measure, table, worst

GEOMETRY = Geometry(96, 120, (2.0, 2.5, 2.0), ((0.5, 0.5), (0.45, 0.55), (0.5, 0.5)))
WINDOWS = [tuple(p.window for p in GEOMETRY.placement(level, level + 1)) for level in range(3)]


def zoom(seed=0):
    """Four levels of smooth noise that agree exactly."""
    random = torch.Generator().manual_seed(seed)
    white = torch.randn(4, 3, 100, 124, generator=random, dtype=torch.float64)
    views = (0.5 + 0.3 * functional.avg_pool2d(white, 5, 1)).clamp(0, 1)
    return render(blend(views, GEOMETRY).clamp(0, 1), GEOMETRY)


def visible_frame(views):
    views[1][(..., *WINDOWS[1])] += 0.3
    return views


def colour_drift(views):
    """Redder and redder."""
    views[:, 0] += 0.05 * torch.arange(4)[:, None, None]
    return views


def blurred(views):
    views[2] = functional.avg_pool2d(functional.pad(views[2:3], (3,) * 4, mode="replicate"), 7, 1)[
        0
    ]
    return views


def misaligned(views):
    views[2] = views[2].roll((3, 5), (-2, -1))
    return views


REFERENCE = zoom()
CLEAN = measure(zoom(), GEOMETRY, REFERENCE)


def of(fault):
    return measure(fault(zoom()).clamp(0, 1), GEOMETRY, REFERENCE)


def test_a_zoom_without_a_fault_keeps_every_limit():
    assert min(CLEAN.agreement) > 120 and max(CLEAN.frame) < 1.6
    assert CLEAN.drift == pytest.approx(0, abs=1e-9)
    assert CLEAN.sharpness == pytest.approx([1.0] * 4)
    assert failures(CLEAN, Limits(), compared=True) == []


def test_a_visible_frame_is_seen_at_its_level():
    faulty = of(visible_frame)
    assert faulty.frame[1] > 2 * CLEAN.frame[1]
    assert faulty.frame[0] == pytest.approx(CLEAN.frame[0], rel=0.01)
    assert "the frame of level 2 in level 1 is" in " ".join(failures(faulty, Limits(), True))


def test_a_colour_that_drifts_is_seen_against_the_reference():
    faulty = of(colour_drift)
    assert faulty.drift > 1
    alone = measure(zoom(), GEOMETRY)
    assert alone.drift < 1 < measure(colour_drift(zoom()).clamp(0, 1), GEOMETRY).drift
    limits = Limits(agreement=0, frame=0, drift=1)
    assert failures(faulty, limits, compared=True)[0].startswith("the colour drift is")
    assert failures(faulty, limits, compared=False) == []


def test_a_blurred_level_is_seen_at_its_level():
    faulty = of(blurred)
    assert faulty.sharpness[2] < 0.7 and faulty.detail[2] < 0.7 * CLEAN.detail[2]
    for level in (0, 1, 3):
        assert faulty.sharpness[level] == pytest.approx(1)
    assert "the sharpness of level 2 is" in " ".join(failures(faulty, Limits(), True))


def test_a_misaligned_level_is_seen_by_its_neighbours():
    faulty = of(misaligned)
    assert faulty.agreement[0] > 120
    assert max(faulty.agreement[1:]) < 40
    limits = Limits(agreement=50, frame=0)
    first, second = failures(faulty, limits, True)
    assert first.startswith("the agreement of levels 1 and 2 is")
    assert second.startswith("the agreement of levels 2 and 3 is")


@pytest.mark.parametrize("fault", [visible_frame, misaligned])
def test_the_heat_is_where_the_fault_is(fault):
    cold, hot = errors(zoom(), GEOMETRY), errors(fault(zoom()), GEOMETRY)
    assert cold.max() < 1e-6 and hot.shape == (4, 96, 120)
    assert (hot[0].max() > 0.1) == (fault is visible_frame)  # level 0 sees that of level 1
    inside = torch.zeros(96, 120, dtype=torch.bool)
    inside[WINDOWS[1]] = True
    assert hot[1][inside].mean() > 0.02 and hot[1][~inside].max() == 0
    assert not hot[3].any()


AT_THE_LIMIT = Numbers(
    agreement=[20.0, 30.0],
    frame=[1.6, 1.2],
    colour=[[50.0, 0.0, 0.0]] * 3,
    drift=3.0,
    detail=[0.1, 0.2, 0.3],
    sharpness=[0.9, 0.7, 0.8],
    fit=[0.3, 0.2, 0.25],
)
BEYOND = {
    "agreement": [30.0, 19.9],
    "frame": [1.2, 1.7],
    "drift": 3.1,
    "sharpness": [0.9, 0.6, 0.8],
    "fit": [0.3, 0.19, 0.25],
}


def test_a_number_at_its_limit_keeps_it():
    assert failures(AT_THE_LIMIT, Limits(), compared=True) == []


@pytest.mark.parametrize("what", BEYOND)
def test_a_number_beyond_its_limit_is_one_line_and_none_where_nothing_is_asked(what):
    numbers = AT_THE_LIMIT._replace(**{what: BEYOND[what]})
    assert len(failures(numbers, Limits(), compared=True)) == 1
    assert failures(numbers, Limits()._replace(**{what: 0}), compared=True) == []


def test_a_prompt_fit_below_nothing_is_not_judged_either():
    assert failures(AT_THE_LIMIT._replace(fit=[-0.1] * 3), Limits(fit=0), compared=True) == []


def test_the_worst_of_each_number_is_told():
    assert worst(AT_THE_LIMIT) == (20.0, 1.6, 3.0, 0.7, 0.2)


def test_the_drift_is_the_length_of_the_colours_slope():
    numbers = measure(colour_drift(zoom()).clamp(0, 1), GEOMETRY)
    assert numbers.drift == pytest.approx(math.dist(drift(numbers.colour), (0, 0, 0)))


def test_half_precision_is_measured_in_single():
    views, beside = zoom(1).half(), REFERENCE.half()
    assert measure(views, GEOMETRY, beside) == measure(views.float(), GEOMETRY, beside.float())


def test_prompt_fit_is_judged_where_it_is_known():
    judged = measure(zoom(), GEOMETRY, fit=[0.3, 0.25, 0.1, 0.3])
    assert failures(judged, Limits(), False) == ["the prompt fit of level 2 is 0.1, under 0.2"]
    assert failures(judged, Limits(fit=0), False) == []


def test_a_zoom_of_one_level_has_a_report_too():
    one = measure(torch.rand(1, 3, 32, 32), Geometry(32, 32, ()))
    assert one.agreement == [] and one.frame == [] and one.drift == 0
    assert worst(one) == (999.0, 0.0, 0.0, 0.0, 0.0)
    assert failures(one, Limits(), False) == []


def test_a_level_that_shows_no_pixel_of_the_next_is_neither_good_nor_bad():
    numbers = measure(torch.rand(2, 3, 16, 16), Geometry(16, 16, (60.0,)))
    assert math.isnan(numbers.agreement[0]) and math.isnan(numbers.frame[0])
    assert failures(numbers, Limits(), False) == []
    assert worst(numbers)[:2] == (999.0, 0.0)


def test_the_table_has_a_line_a_level_and_only_what_is_known():
    lines = table(CLEAN, ("a sea | at night", "b", "c", "d")).splitlines()
    assert len(lines) == 6 and len({line.count("|") for line in lines}) == 1
    assert "sharpness" in lines[0] and "prompt fit" not in lines[0]
    assert lines[2].startswith("| 0 | a sea / at night |") and lines[5].startswith("| 3 | d |  |")
    assert "sharpness" not in table(measure(zoom(), GEOMETRY)).splitlines()[0]


def test_what_is_said_of_a_pair_stands_on_its_wider_levels_line():
    lines = [line.strip("| ").split(" | ") for line in table(AT_THE_LIMIT).splitlines()]
    titles, first, _, last = lines[0], *lines[2:]
    told = dict(zip(titles, first, strict=True))
    assert told["agrees with the next, dB"] == "20.0" and told["frame of the next"] == "1.60"
    assert told["detail, 1/255"] == "25.5" and told["L* a* b*"] == "50 0 0"
    last = dict(zip(titles, last, strict=True))
    assert last["level"] == "2" and last["frame of the next"].strip() == ""


def test_the_numbers_are_plain():
    json.dumps(CLEAN._asdict(), allow_nan=False)


def test_a_reference_of_another_length_is_refused():
    with pytest.raises(ValueError, match="The reference holds 3 levels but the zoom 4; give one"):
        measure(zoom(), GEOMETRY, REFERENCE[:3])
