"""tests/js/viewer.json, which the JavaScript must meet, says what the library says today."""

import json
import math

import pytest
from viewer_numbers import FILE, text

SAID = json.loads(FILE.read_text("utf-8"))
# The file has ten digits; the last one may fall to either side of a rounding.
CLOSE = 1e-9


@pytest.fixture(scope="module")
def today():
    return json.loads(text())


@pytest.mark.parametrize("part", SAID)
def test_what_the_javascript_must_meet_is_what_the_library_does(part, today):
    found = differences(SAID[part], today[part], part)
    first = "\n".join(found[:5])
    assert not found, (
        f"{len(found)} values differ; the first:\n{first}\n"
        "Where the library is right, python tests/viewer_numbers.py writes the file again; then "
        "node --test tests/js says what the JavaScript lacks."
    )


def test_nothing_else_is_said(today):
    assert SAID.keys() == today.keys()


def differences(said, today, place):
    """A line for each place where two JSON values differ."""
    if isinstance(said, dict) and isinstance(today, dict) and said.keys() == today.keys():
        pairs = ((f"{place}.{key}", said[key], today[key]) for key in said)
    elif isinstance(said, list) and isinstance(today, list) and len(said) == len(today):
        pairs = ((f"{place}[{i}]", *pair) for i, pair in enumerate(zip(said, today, strict=True)))
    elif same(said, today):
        return []
    else:
        return [f"{place}: the file says {said!r:.99}, the library {today!r:.99}"]
    return [line for where, one, other in pairs for line in differences(one, other, where)]


def same(said, today):
    if isinstance(said, (int, float)) and isinstance(today, (int, float)):
        return math.isclose(said, today, rel_tol=CLOSE, abs_tol=CLOSE)
    return said == today
