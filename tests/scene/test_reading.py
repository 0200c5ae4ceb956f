"""Answers are read as a person reads them, and plain ladders as they stand."""

import pytest
from answers import ANSWERS, PLAIN, mutated
from hypothesis import assume, example, given
from hypothesis import strategies as st

from zoomstack.scene.ladder import MOST_LEVELS, parse_ladder
from zoomstack.scene.reading.brackets import Rung, parse_rung
from zoomstack.scene.reading.letters import strip
from zoomstack.scene.reading.read import AS_IT_IS, read
from zoomstack.scene.settings import Settings

THINKING = (
    "<think>\nfirst 1. a\n</think>\nSure! Here they are:\n\n1. **A**: x y\n2. **B**: z\n\nEnjoy!"
)


def lines_as_they_stand(text):
    """The ladder of a text as it was before answers were read: every line is a level."""
    numbered = ((number, strip(line)) for number, line in enumerate(text.splitlines(), start=1))
    return [
        parse_rung(number, line) for number, line in numbered if line and not line.startswith("#")
    ]


def said(rungs):
    return [[r.prompt, r.zoom, *([list(r.focus)] if r.focus else [])] for r in rungs]


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: case["name"])
def test_answers_are_read_as_a_person_reads_them(case):
    reading = read(case["text"])
    assert said(reading.rungs) == case["rungs"]
    ladder = parse_ladder(case["text"], 3.0)
    assert list(ladder.prompts) == [prompt.strip(",") for prompt, *_ in case["rungs"]]
    assert list(ladder.zooms) == [zoom or 3.0 for _, zoom, *_ in case["rungs"][1:]]
    assert ladder.notes == tuple(reading.notes)


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_ladder_is_read_as_it_stands(text):
    assert read(text) == (lines_as_they_stand(text), [], False)


# Words as people type them, after what a prompt may begin with and an answer begins with, too.
START = st.sampled_from(
    ["", "", "2 ", "1984 ", "3.5 ", "10x ", "(a:1.2) ", "[old] ", "{a|b} ", "embedding:x ", '"x" ',
     "[p=3] ", "[focus=0.5,0.5 cfg=4] ", "# ", "no. ", "I ", "1, ", "<b> ", "__x__ ", "100 km "]
)  # fmt: skip
WORDS = st.text("abcxyz ,.'()é—1", min_size=1, max_size=12)
LINES = st.lists(st.tuples(START, WORDS).map("".join), min_size=1, max_size=6)


@given(LINES, st.sampled_from(["\n", "\n\n", "\r\n", "\u2028"]))
@example(["3. a coast", "a leaf"], "\n")
@example(["- a", "b"], "\n")
@example(["__x__ ()", "__x__ ()"], "\n")
def test_lines_that_say_nothing_of_an_answer_stand(lines, end):
    # What stands in a line's first letters alone can make it an entry: a word before takes it away.
    text = end.join(lines)
    assume(not any(strip(line)[1:2] in (".", ")") or strip(line)[:1] in "(" for line in lines))
    try:
        expected = lines_as_they_stand(text)
    except ValueError as error:
        with pytest.raises(ValueError) as caught:
            read(text)
        assert str(caught.value) == str(error)
    else:
        assert read(text) == (expected, [], False)


@given(st.sampled_from(mutated(200)))
def test_a_text_that_says_it_is_plain_is_read_as_it_stands(text):
    text = f"{AS_IT_IS}\n{text}"
    try:
        expected = lines_as_they_stand(text)
    except ValueError:
        return
    assert read(text) == (expected, [], False)


def test_json_is_read_without_the_braces_that_dynamic_prompts_take_away():
    kinds = ["JSON objects", "12_json_levels_obj.txt", "JSON numbered keys", "JSON deep"]
    found = {each["name"]: each for each in ANSWERS}
    for case in (found[kind] for kind in kinds):
        text = case["text"].replace("{", "").replace("}", "")
        assert text != case["text"] and said(read(text).rungs) == case["rungs"], case["name"]


def test_nothing_that_models_write_breaks_it():
    for text in mutated(400, seed=5):
        try:
            reading = read(text)
        except ValueError as error:
            assert str(error).endswith(".")
            continue
        for rung in reading.rungs:
            assert isinstance(rung, Rung) and len(rung.prompt.splitlines()) <= 1


def test_all_that_is_left_out_is_said():
    assert read(THINKING).notes == [
        "Lines 1 to 3 are left out, as the model's thinking",
        'Line 4 is left out, as an introduction: "Sure! Here they are:"',
        'Line 9 is left out, as a closing remark: "Enjoy!"',
        'Heads before the prompts are left out: "A", "B"',
    ]
    assert read("1. a (1x)\n2. b (10x)").notes == [
        "The magnifications are totals: each level's factor is the ratio"
    ]
    assert read("100 km: a\n10 km: b").notes == [
        "The sizes are the widths of the views: each level's factor is the ratio"
    ]
    assert read("1. a (10x)\n2. b (1x)").notes == [
        "The deepest level comes first: the ladder is turned over"
    ]
    assert read("1. a\n\nWhy: so.\n\n2. b\n\nWhy: so.").notes == [
        'Line 3 is left out: "Why: so."', 'Line 7 is left out: "Why: so."'
    ]  # fmt: skip
    assert read(
        "| # | Prompt | Mood |\n|---|---|---|\n| 1 | a | dark |\n| 2 | b | light |"
    ).notes == ['Columns of the table are left out: "mood"']
    assert read("# plain\n1. a\n2. b").notes == []


def test_a_word_is_given_where_the_widest_level_of_an_answer_has_a_place():
    ladder = parse_ladder("1. [p=3] a\n2. [p=4] b")
    assert ladder.zooms == (4.0,)
    assert ladder.notes == (
        "The widest level lies in no other: its zoom and focus are left out",
    )  # fmt: skip
    assert parse_ladder("1. [p=3] a\n2. [p=4] b", loop=True).zooms == (4.0, 3.0)


def test_thinking_without_an_answer_is_refused():
    with pytest.raises(ValueError, match="ends in the middle of its thinking"):
        read("<think>\n1. a\n2. b")


def test_brackets_of_an_answer_that_do_not_parse_are_named_with_their_place():
    with pytest.raises(ValueError, match="Line 4, column 6: 'p=two' is not understood"):
        read("Here:\n\n1. a\n2.  [p=two] b")
    with pytest.raises(ValueError, match=r"Line 2, column \d+: brackets that place a level"):
        read("1. a\n2. [p=2] b [p=3]")
    for text in ("1. a\n2. b [p=10", "1. a\n2. b [cfg=7] c", '["a", "b [p=10] c"]'):
        with pytest.raises(ValueError, match="in front of its prompt; move them there"):
            read(text)
    with pytest.raises(ValueError, match="Line 4, column 2: 'p=two' is not understood"):
        read("| # | Prompt |\n|--|--|\n| 1 | a |\n| 2 | [p=two] b |")


def test_a_ladder_that_is_too_long_is_no_answer():
    lines = "\n".join(f"{level}. a" for level in range(1, MOST_LEVELS + 2))
    with pytest.raises(ValueError, match="has 257 levels"):
        parse_ladder(lines)


def test_settings_are_read_in_any_order_and_a_seed_to_its_last_digit():
    inside = f"seed={2**64 - 1} steps=20%-0.8 p=3 weight=.5 cfg=7 focus=0.4,0.6"
    rung = parse_rung(1, f"[{inside}] a")
    assert (rung.zoom, rung.focus) == (3.0, (0.4, 0.6))
    assert rung.settings == Settings(7.0, 2**64 - 1, 0.5, (0.2, 0.8))
    ladder = parse_ladder("[cfg=5] a\n[p=3] b")
    assert ladder.settings == (Settings(cfg=5.0), Settings()) and ladder.zooms == (3.0,)
    assert parse_ladder("[weight=1] a\nb").settings == ()
    assert read('[{"prompt": "a", "seed": 7}, {"prompt": "b", "weight": "heavy"}]').rungs == [
        Rung("a", settings=Settings(seed=7)), Rung("b")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "inside, words",
    [
        ("cfg=101", "cfg=101 must be from 0 to 100"),
        ("cfg=-1", "from 0 to 100"),
        (f"seed={2**64}", "from 0 to 18446744073709551615"),
        ("seed=" + "9" * 5000, "from 0 to 18446744073709551615"),
        ("seed=-1", "'seed=-1' is not understood"),
        ("seed=1.5", "'seed=1.5' is not understood"),
        ("weight=0", "over 0, up to 100"),
        ("weight=101", "over 0, up to 100"),
        ("steps=5-10", "shares of the sampling, from 0 to 1, and no numbers of steps"),
        ("steps=0.8-0.2", "must begin before it ends"),
        ("steps=0.5-0.5", "must begin before it ends"),
        ("steps=0.5", "'steps=0.5' is not understood"),
    ],
)
def test_settings_out_of_their_range_are_refused(inside, words):
    with pytest.raises(ValueError, match="Line 2, column 6: ") as caught:
        parse_ladder(f"a\n[p=2 {inside}] b")
    assert words in str(caught.value)


@pytest.mark.parametrize("inside", ["cfg=7", "seed=1", "weight=2", "steps=0-0.5"])
def test_settings_behind_a_prompt_get_a_word(inside):
    with pytest.raises(ValueError, match="in front of its prompt; move them there"):
        parse_ladder(f"a\nb [{inside}]")
