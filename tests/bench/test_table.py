"""From findings to the table: means over seeds, ratios, drift, and what is said of the default."""

import csv
import io
import math

import numpy as np
import pytest

from zoomstack.bench.told.columns import COLUMNS, both, drift, sharpness
from zoomstack.bench.told.estimate import estimate, length_estimate, ratio_estimate
from zoomstack.bench.told.table import Table
from zoomstack.bench.told.verdict import verdict
from zoomstack.bench.zooms.rows import BY_NAME


def finding(seed=0, **changes):
    base = {
        "right": [True, True, False],
        "log_probability": [-0.1, -0.2, -0.3],
        "agreement": [20.0 + seed, 30.0 + seed],
        "bands": [[30.0, 31.0], [40.0, 41.0]],
        "frame": [1.0, 4.0],
        "film_frame": [1.0, 1.0],
        "detail": [0.1, 0.1, 0.1],
        "film_detail": [0.2, 0.05, 0.1],
        "colour": [[50.0, 0.0, 0.0], [50.0, 0.0, 0.0], [50.0, 0.0, 0.0]],
        "seconds": 3.0,
    }
    return {**base, **changes}


def test_a_mean_and_its_standard_error():
    assert estimate([1.0, 2.0, 3.0, math.nan]) == pytest.approx((2, 3**-0.5))
    assert math.isnan(estimate([1.0]).error)
    assert estimate([]).written(2) == ""
    assert estimate([1.0, 3.0]).written(1) == "2.0 ± 1.0"


def test_twice_as_much_and_half_as_much_cancel():
    mean, error = ratio_estimate([math.log(2), math.log(0.5)])
    assert mean == pytest.approx(1)
    assert error == pytest.approx(math.log(2))
    mean, error = ratio_estimate([math.log(8), math.log(2)])
    assert (mean, error) == pytest.approx((4, 4 * math.log(2)))


def test_what_seeds_have_in_common_is_drift_and_what_each_does_is_not():
    random = np.random.RandomState(0)
    noise = random.randn(400, 3)
    assert length_estimate(noise).mean < 0.1
    mean, error = length_estimate(noise + (0, 3, 4))
    assert mean == pytest.approx(5, abs=0.15)
    assert error == pytest.approx(0.05, rel=0.2)
    # A mean of 2 whose own variance is 1.
    assert length_estimate([[3, 0], [1, 0]]).mean == pytest.approx(3**0.5)


def test_drift_is_a_change_per_level_against_independent_sampling():
    own = finding(colour=[[50.0, 1.0, 0.0], [52.0, 1.0, 0.0], [54.0, 1.0, 0.0]])
    assert drift(own, finding()) == pytest.approx([2, 0, 0], abs=1e-9)
    assert drift(finding(), finding()) == pytest.approx([0, 0, 0])


def test_sharpness_is_a_ratio_to_independent_sampling():
    half = finding(detail=[0.05, 0.05, 0.05])
    assert math.exp(sharpness(half, finding())) == pytest.approx(0.5, abs=0.001)


def test_agreement_and_frame_in_one_number():
    # A mean of 25 dB, and frames of 1 and 4: of 2 in the mean, which costs 6 dB.
    assert both(finding(), finding()) == pytest.approx(25 - 6.02, abs=0.01)


def results(*names, **changes):
    pairs = {name: [(finding(s), finding(s)) for s in range(4)] for name in names}
    for name, change in changes.items():
        pairs[name] = [(finding(s, **change), finding(s)) for s in range(4)]
    return {BY_NAME[name]: found for name, found in pairs.items()}


def test_the_table_has_every_row_and_column():
    table = Table(results("independent", "default"))
    text = table.markdown()
    numbers = "66.7 ± 0.0 | -0.20 ± 0.00 | 26.5 ± 0.6 | 2.00 ± 0.00 |"
    assert f"| the default, where no small autoencoder is | {numbers}" in text
    titles = {column.name: column.title for column in COLUMNS}
    assert titles.pop("photo") not in text  # a column that no row fills, as this one:
    assert not any(titles.pop(name) in text for name in ("lines", "along_right", "along_sharpness"))
    assert all(title in text for title in titles.values())
    rows = list(csv.DictReader(io.StringIO(table.csv())))
    assert [row["row"] for row in rows] == ["independent", "default"]
    assert rows[1]["seeds"] == "4"
    assert float(rows[1]["agreement"]) == pytest.approx(26.5)
    assert float(rows[1]["agreement_octave_1"]) == pytest.approx(36)
    assert float(rows[1]["sharpness_level_2"]) == pytest.approx(1)
    film = [float(rows[1][f"film_sharpness_level_{level}"]) for level in range(3)]
    assert film == pytest.approx([2, 0.5, 1], abs=0.01)  # of what was sampled by itself
    assert float(rows[1]["film_sharpness"]) == pytest.approx(1, abs=0.01)
    assert rows[1]["photo"] == "nan"


def test_the_verdict_says_what_the_default_keeps_and_what_it_fails():
    lines = verdict(results("independent", "snr", default={"frame": [1.0, 1.0]}))
    assert [line[:5] for line in lines] == ["holds"] * 4
    assert "against snr: 6.0 ± 0.0 dB better" in lines[1]
    lines = verdict(results("independent", default={"detail": [0.05] * 3, "right": [False] * 3}))
    assert lines[1].startswith("FAILS") and "66.7" in lines[1]
    assert lines[2].startswith("FAILS") and "0.50" in lines[2]
    lines = verdict(results("independent", "snr", default={"frame": [1.0, 16.0]}))
    assert lines[1].startswith("FAILS") and "against snr: -6.0" in lines[1]
    assert verdict(results("snr")) == []


def test_a_row_of_fewer_levels_is_measured_against_those_that_lie_where_its_own_do():
    own = finding(octaves=[0.0, 2.0], right=[True] * 2, detail=[0.1, 0.2], lines=[20.0, 21.0])
    own |= {"along_detail": [0.1, 9.0, 0.1], "along_right": [True, False, True]}
    own["film_detail"] = own["detail"]
    other = finding(octaves=[0.0, 1.0, 2.0], detail=[0.2, 9.0, 0.1])
    assert math.exp(sharpness(own, other)) == pytest.approx((0.5 * 2) ** 0.5)
    own["colour"] = [[50.0, 0.0, 0.0], [60.0, 0.0, 0.0]]
    assert drift(own, other) == pytest.approx([10, 0, 0])
    (row,) = csv.DictReader(io.StringIO(Table({BY_NAME["far4"]: [(own, other)]}).csv()))
    assert float(row["lines"]) == 20.5 and float(row["along_right"]) == pytest.approx(66.7, abs=0.1)
    assert float(row["along_sharpness"]) == pytest.approx(0.5 ** (1 / 3), rel=1e-2)


def test_every_number_of_a_finding_has_a_column_of_its_own():
    own = finding(film_frame=[9.0, 1.0], photo=20.0, photo_coded=30.0, log_probability=[-1.0, -3.0])
    (row,) = csv.DictReader(io.StringIO(Table({BY_NAME["photo-exact"]: [(own, finding())]}).csv()))
    numbers = {"frame": 2, "film_frame": 3, "photo": 20, "photo_coded": 30, "log_probability": -2}
    numbers |= {"agreement_octave_0": 35, "agreement_octave_1": 36, "seconds": 3}
    assert {name: float(row[name]) for name in numbers} == pytest.approx(numbers)
    assert row["agreement_octave_2"] == "nan"
