"""Who makes the parts: results come in order, and a worker's death costs its item alone."""

import time
from functools import partial
from pathlib import Path

import pytest
from mortal import killed, process_of, refused

from zoomstack.farm.reel.workers import processes


def done(folder):
    return sorted(path.name for path in Path(folder).iterdir())


def test_a_process_that_is_killed_is_replaced_and_no_other_item_is_done_twice(tmp_path):
    found = processes(2)(partial(killed, 1, tmp_path), [0, 1, 2, 3])
    assert list(found) == [0, 1, 4, 9]
    assert done(tmp_path) == ["0-0", "1-0", "2-0", "2-1", "3-0"]


def test_one_that_dies_each_time_is_given_up(tmp_path):
    with pytest.raises(RuntimeError, match=r"2 ended 2 times .*signal 9, SIGKILL.*--workers"):
        list(processes(1, tries=2)(partial(killed, 9, tmp_path), [2]))
    assert done(tmp_path) == ["2-0", "2-1"]


def test_an_error_is_raised_once_and_ends_what_runs(tmp_path):
    begun = time.monotonic()
    with pytest.raises(ValueError, match="item 1 is none"):
        list(processes(2)(partial(refused, tmp_path), [0, 1, 2, 3]))
    assert time.monotonic() - begun < 30
    assert "1-1" not in done(tmp_path)


def test_a_process_does_one_item_after_another():
    assert len(set(processes(1)(process_of, [0, 1, 2]))) == 1
