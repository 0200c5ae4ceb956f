import pytest

from zoomstack.scene.chosen import parse_levels


@pytest.mark.parametrize(
    "text, levels",
    [
        ("0", (0,)),
        (" 2, 0 ,2", (0, 2)),
        ("1-3", (1, 2, 3)),
        ("3-", (3, 4)),
        ("4 -", (4,)),
        ("0, 2 - 3,", (0, 2, 3)),
        ("0-", (0, 1, 2, 3, 4)),
    ],
)
def test_numbers_and_ranges_name_levels(text, levels):
    assert parse_levels(text, 5) == levels


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "No level is named; write some of 0 to 4"),
        (",", "No level is named"),
        ("all", "'all' names no levels; write numbers and ranges such as 0, 2-4, or 3-"),
        ("1 2", "'1 2' names no levels"),
        ("-1", "'-1' names no levels"),
        ("1.5", "'1.5' names no levels"),
        ("5", "'5' names level 5, but the ladder's 5 levels are 0 to 4"),
        ("7-", "'7-' names level 7"),
        ("2-9", "'2-9' names level 9"),
        ("3-1", "'3-1' ends before it begins; write 1-3"),
    ],
)
def test_what_names_no_levels_of_the_ladder_is_said(text, words):
    with pytest.raises(ValueError, match=words):
        parse_levels(text, 5)
