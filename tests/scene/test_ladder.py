import json

import pytest
from checkout import SHARED
from hypothesis import given
from hypothesis import strategies as st

from zoomstack.scene.ladder import Ladder, parse_ladder

# The browser's reader of the same text has these cases too.
FILE = json.loads((SHARED / "ladder.json").read_text("utf-8"))
CASES, WRITTEN = FILE["cases"], FILE["written"]

TEXT = """
# from far to near
a galaxy, spiral arms

[p=3.5 focus=0.4,0.6] a coast line
a leaf
[focus=.5,0.45] veins
"""


def test_one_level_a_line_widest_first():
    ladder = parse_ladder(TEXT, zoom_factor=2.5)
    assert ladder.prompts == ("a galaxy, spiral arms", "a coast line", "a leaf", "veins")
    assert ladder.zooms == (3.5, 2.5, 2.5)
    assert ladder.focus == ((0.4, 0.6), (0.5, 0.5), (0.5, 0.45))
    assert ladder.negatives == ("",) * 4
    assert ladder.geometry(64, 48).levels == 4


def test_prefix_and_suffix_go_around_every_prompt():
    ladder = parse_ladder("a\nb", prefix="photo of, ", suffix=" highly detailed")
    assert ladder.prompts == ("photo of, a, highly detailed", "photo of, b, highly detailed")


def test_negatives_are_one_for_all_or_one_a_level():
    assert parse_ladder("a\nb", negative="blurry").negatives == ("blurry", "blurry")
    assert parse_ladder("a\nb", negative="blurry\n").negatives == ("blurry", "blurry")
    assert parse_ladder("a\nb\nc", negative="x\n\nz").negatives == ("x", "", "z")
    assert parse_ladder("a\nb", negative="\nblurry").negatives == ("", "blurry")
    assert parse_ladder("a\nb", negative="\n\nblurry\n").negatives == ("blurry", "blurry")


def test_what_shows_nowhere_is_no_level_and_no_text():
    assert parse_ladder("\ufeffa\n\u200b\n b\u200b").prompts == ("a", "b")
    assert parse_ladder("a\nb", negative="x\n\u200b").negatives == ("x", "x")


def test_a_ladder_may_have_256_levels():
    assert parse_ladder("a\n" * 256).levels == 256


def test_brackets_that_place_nothing_belong_to_the_prompt():
    assert parse_ladder("[old photo] a coast").prompts == ("[old photo] a coast",)


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "ladder is empty"),
        ("# only\n\n  \n", "ladder is empty"),
        ("a\n" * 257, "has 257 levels; it may have up to 256"),
        ("a\n" * 1000, "has 1000 levels; it may have up to 256"),
        ("[p=2] a\nb", "first line has brackets"),
        ("a\n\n[p=2 zoom=3] b", r"Line 3, column 6: 'zoom=3' is not understood"),
        ("a\n[p=two] b", r"Line 2, column 2: 'p=two' is not understood"),
        ("a\n[focus=0.4] b", r"Line 2, column 2: 'focus=0.4' is not understood"),
        ("a\n[p=2 b", "Line 2, column 1: this bracket is not closed"),
        ("a\nb [p=2]", "Line 2, column 3: .* in front of its prompt; move them there"),
        ("a\n[p=1] b", "Level 1 has a zoom factor of 1"),
        ("a\n[p=nan] b", "'p=nan' is not understood"),
        ("a\n[p=2 focus=0.9,0.5] b", "Level 1 would leave the level above it"),
    ],
)
def test_what_does_not_parse_is_named_with_its_place(text, words):
    with pytest.raises(ValueError, match=words):
        parse_ladder(text)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:20])
def test_the_browser_and_the_library_read_the_same(case):
    asked = {"text": case["text"], "zoom_factor": case["zoom_factor"]}
    asked["loop"] = case.get("loop", False)
    if "error" in case:
        with pytest.raises(ValueError) as caught:
            parse_ladder(**asked)
        assert str(caught.value) == case["error"]
        return
    ladder = parse_ladder(**asked)
    assert ladder.geometry(8, 8).closed == asked["loop"]
    assert list(ladder.prompts) == case["prompts"]
    assert list(ladder.zooms) == case["zooms"]
    assert [list(point) for point in ladder.focus] == case["focus"]


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case["text"])
def test_what_the_editor_writes_says_what_its_rows_say(case):
    ladder = parse_ladder(case["text"])
    assert list(ladder.prompts) == [rung["prompt"] for rung in case["rungs"]]
    assert list(ladder.zooms) == case["zooms"]
    assert [list(point) for point in ladder.focus] == case["focus"]


def test_negatives_of_another_count_are_refused():
    with pytest.raises(ValueError, match="2 negative prompts for 3 levels"):
        parse_ladder("a\nb\nc", negative="x\ny")


@given(st.text(max_size=200), st.floats(allow_nan=True), st.text(max_size=20))
def test_any_text_is_a_ladder_or_a_value_error(text, zoom, negative):
    try:
        ladder = parse_ladder(text, zoom, negative=negative)
    except ValueError as error:
        assert str(error).endswith(".")
    else:
        assert isinstance(ladder, Ladder)
        assert ladder.geometry(8, 8).levels == ladder.levels == len(ladder.negatives)
