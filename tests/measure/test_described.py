"""What levels show, in somebody's words, against their prompts."""

import pytest

from zoomstack.measure.described import described, one_line, reprompted, share, table
from zoomstack.scene.ladder import parse_ladder

LADDER = """a coast line, golden hour
[p=3.5 focus=0.4,0.61] an island, golden hour
a dense forest, golden hour"""
SAID = (
    "An aerial coast with a long line of surf at golden hour.",
    "<think>\nAn island?\n</think>\nA white sailing boat\non open water.",
    "",
)


@pytest.mark.parametrize(
    "prompt, said, part",
    [
        ("a red house", "The house is red.", 1.0),
        ("islands and forests", "one island, forested", 1.0),
        ("a planet, an island, a tree", "a planet", 1 / 3),
        ("a planet", "", 0.0),
        ("", "anything", 1.0),
        ("of the and", "anything", 1.0),
        ("\u5c71\u4e0e\u6d77", "\u4e00\u5ea7\u5c71", 1 / 3),
        ("La For\u00eat", "une FOR\u00caT dense", 1.0),
        ("a galaxy", "a gal", 0.0),
    ],
)
def test_the_share_of_the_prompt_that_is_said(prompt, said, part):
    assert share(prompt, said) == pytest.approx(part)


def test_what_misses_its_prompt_is_written_anew_and_the_rest_stays():
    ladder = parse_ladder(LADDER)
    found = described(ladder.prompts, SAID)
    assert [round(one.share, 2) for one in found] == [1.0, 0.0, 0.0]
    text = reprompted(ladder, found)
    again = parse_ladder(text)
    assert again.prompts == (
        "a coast line, golden hour",
        "A white sailing boat on open water.",
        "a dense forest, golden hour",  # nothing was said of it
    )
    assert (again.zooms, again.focus) == (ladder.zooms, ladder.focus)
    assert parse_ladder(reprompted(ladder, found, 2.0)).prompts[0] == SAID[0]
    assert parse_ladder(reprompted(ladder, found, -1.0)) == ladder
    lines = table(found).splitlines()
    assert len(lines) == 5 and "**0%**" in lines[3] and "| nothing |" in lines[4]


def test_as_many_descriptions_as_levels():
    with pytest.raises(ValueError, match="2 descriptions for 3 levels"):
        described(("a", "b", "c"), ("a", "b"))


@pytest.mark.parametrize(
    "said",
    [
        "[p=3] a\nb",
        "# a b",
        "- a b",
        "```\na b\n```",
        "**a** b",
        '"a b"',
        "reasons</think>a b",
        "<think>a",
    ],
)  # fmt: skip
def test_no_description_breaks_the_ladder(said):
    line = one_line(said)
    again = parse_ladder(f"first\n{line}") if line else parse_ladder("first")
    assert again.prompts[1:] in ((), ("a b",), ("p=3] a b",))
