"""tests/js/viewer.json, which the JavaScript must meet, says what the library says today.

After a change of the library, ZOOMSTACK_WRITE_NUMBERS=1 makes this file write it again.
"""

import json
import math
import os

from viewer_numbers import FILE, text

WRITE = "ZOOMSTACK_WRITE_NUMBERS"
# The file has ten digits; the last one may fall to either side of a rounding, and so may a nought.
CLOSE, NOUGHT = 1e-9, 1e-12


def test_what_the_javascript_must_meet_is_what_the_library_does():
    today = text()
    if os.environ.get(WRITE):
        FILE.write_text(today, "utf-8")
    found = differences(json.loads(FILE.read_text("utf-8")), json.loads(today))
    first = "\n".join(found[:5])
    assert not found, (
        f"{len(found)} values differ; the first:\n{first}\n"
        f"Where the library is right, run this file again with {WRITE}=1; node --test tests/js "
        "then says what the JavaScript lacks."
    )


def differences(said, today, place="viewer.json"):
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
        return math.isclose(said, today, rel_tol=CLOSE, abs_tol=NOUGHT)
    return said == today
