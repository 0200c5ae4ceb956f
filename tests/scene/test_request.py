"""What a language model is asked for: tests/js/requests.json, which the JavaScript must meet too.

After a change of the words, ZOOMSTACK_WRITE_NUMBERS=1 makes this file write it again.
"""

import json
import os

import pytest
from checkout import SHARED
from hypothesis import given
from hypothesis import strategies as st

from zoomstack.scene.request import ladder_request, steps_to

FILE = SHARED / "requests.json"
WISHES = (
    {"scene": "from a galaxy to a leaf", "levels": 6, "factor": 10},
    {"scene": "  a {style} city.\n\u00a0 ", "levels": 3, "factor": 2.5, "style": "oil on canvas."},
    {"scene": "", "levels": 12, "factor": 1.23456, "middle": "an oak", "picture": True},
    {"scene": "x", "levels": 2, "factor": 8, "middle": "a \"y\"", "style": "z", "picture": True},
    {"scene": "$& $1 \\1", "levels": 256, "factor": 64},
    {"scene": "a half", "levels": 2, "factor": 1.5},
)  # fmt: skip


def test_the_words_are_those_that_the_javascript_is_held_to():
    today = [{"wish": wish, "text": ladder_request(**wish)} for wish in WISHES]
    if os.environ.get("ZOOMSTACK_WRITE_NUMBERS"):
        FILE.write_text(json.dumps({"wishes": today}, indent=1) + "\n", "utf-8")
    assert json.loads(FILE.read_text("utf-8"))["wishes"] == today


def test_what_is_not_asked_for_is_not_spoken_of():
    plain = ladder_request("a reef", 4, 3)
    assert "a reef." in plain and "4 views" in plain and "magnified 3 times" in plain
    for word in ("picture that comes", "The style of", "stands in the middle, and", "these words"):
        assert word not in plain
    whole = ladder_request("a reef", 4, 3, "a shrimp", "a woodcut", True)
    assert "picture that comes with" in whole and "goes into: a shrimp." in whole
    assert whole.count("a woodcut.") == 2
    rules = [line for line in whole.splitlines() if line[:1].isdigit()]
    assert [int(line.split(".")[0]) for line in rules] == [*range(1, len(rules) + 1)]
    assert "{" not in whole


@pytest.mark.parametrize("levels, factor", [(1, 2), (257, 2), (3, 1), (3, float("inf"))])
def test_a_request_that_no_zoom_answers_is_refused(levels, factor):
    with pytest.raises(ValueError, match="levels|factor"):
        ladder_request("x", levels, factor)


def test_real_powers_of_ten():
    assert steps_to(1e6, 10) == (7, 10)
    assert steps_to(1000, 10) == (4, 10)
    assert steps_to(2, 10) == (2, pytest.approx(2))
    with pytest.raises(ValueError, match="takes 301 levels"):
        steps_to(2.0**300, 2)
    for bad in ((1, 2), (10, 1), (float("inf"), 2)):
        with pytest.raises(ValueError, match="above 1"):
            steps_to(*bad)


@given(st.floats(1.01, 1e60), st.floats(1.5, 64))
def test_the_steps_come_to_the_magnification_and_none_is_larger(magnification, factor):
    try:
        levels, step = steps_to(magnification, factor)
    except ValueError:
        return
    assert step <= factor * (1 + 1e-9)
    assert step ** (levels - 1) == pytest.approx(magnification, rel=1e-6)
    assert levels == 2 or factor ** (levels - 2) < magnification * (1 + 1e-6)
