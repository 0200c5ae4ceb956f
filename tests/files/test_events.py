import json

import hypothesis.strategies as st
import pytest
from hypothesis import given

from zoomstack.files.events import UNREADABLE, read, written
from zoomstack.scene.history import Event, maker

HISTORY = (
    Event("sample", "", (0, 1, 2), 2**64 - 1, ("a \u2603", '"', "")),
    Event("again", "2026-11-28T11:30:00+00:00", (1,), 0, note="darker"),
    Event("cut", "2026-11-28T11:31:00+00:00"),
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


def test_a_history_comes_back_whole():
    assert read(written(HISTORY), 3) == HISTORY


@pytest.mark.parametrize(
    "change, why",
    [
        ({"deed": 3}, "its deed is 3"),
        ({"seed": "7"}, "its seed is '7'"),
        ({"seed": True}, "its seed is True"),
        ({"levels": [0, 5]}, "it names level 5 of 3"),
        ({"levels": [0, 1.0]}, "it names level 1.0 of 3"),
        ({"levels": "012"}, "its levels is '012'"),
        ({"prompts": ["a", "b", 3]}, "its prompts must be texts"),
        ({"prompts": ["a"]}, "it has 1 prompts for 3 levels"),
    ],
)
def test_a_broken_event_says_why_and_costs_no_other(change, why):
    events = json.loads(written(HISTORY))
    events[0] |= change
    first, *others = read(json.dumps(events), 3)
    assert first.deed == UNREADABLE and why in first.note and '"deed"' in first.note
    assert tuple(others) == HISTORY[1:]
    assert maker((first, *others), 1) == HISTORY[1]


def test_what_was_unreadable_is_so_once():
    told = read("[3]", 3)
    assert read(written(told), 3) == told


@pytest.mark.parametrize("text", ["", "{", "3", "[" * 100_000, "9" * 100_000, '{"deed": "cut"}'])
def test_no_text_is_too_broken(text):
    (event,) = read(text, 3)
    assert event.deed == UNREADABLE and text in event.note


@given(st.lists(anything, max_size=3) | anything)
def test_anything_at_all_is_a_history(found):
    for event in read(json.dumps(found), 3):
        assert isinstance(event, Event) and all(0 <= level < 3 for level in event.levels)
