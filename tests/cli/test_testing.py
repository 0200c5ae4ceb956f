"""``test``: how the suite is spread over the cores of the machine."""

import pytest

from zoomstack.cli import testing


@pytest.mark.parametrize(
    "cores, words, spread",
    [
        (2, [], ["-n", "2", "--dist", "loadfile"]),
        (2, ["-q", "-x"], ["-n", "2", "--dist", "loadfile"]),
        (64, [], ["-n", "4", "--dist", "loadfile"]),
        (1, [], []),
        (None, [], []),
        (8, ["tests/joint"], []),
        (8, ["-q", "tests/joint/test_blend.py::test_one_level_is_left_alone"], []),
        (8, ["-n", "0"], []),
        (8, ["--pdb"], []),
        (8, ["-s"], []),
    ],
)
def test_the_whole_suite_is_spread_and_a_part_of_it_is_not(monkeypatch, cores, words, spread):
    monkeypatch.setattr(testing.os, "cpu_count", lambda: cores)
    assert testing.workers(words) == spread
