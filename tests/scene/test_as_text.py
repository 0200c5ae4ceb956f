"""A ladder as text is read back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomstack.scene.as_text import as_text
from zoomstack.scene.ladder import Ladder, parse_ladder
from zoomstack.scene.settings import PLAIN, Settings

FOCUS = st.floats(0.34, 0.66)
OWN = st.builds(
    Settings,
    cfg=st.none() | st.floats(0, 100),
    seed=st.none() | st.integers(0, 2**64 - 1),
    weight=st.floats(1e-3, 100),
    steps=st.tuples(st.floats(0, 0.4), st.floats(0.5, 1)),
)


@pytest.mark.parametrize(
    "text, loop",
    [
        ("a coast line\n[p=3.5 focus=0.4,0.61] an island", False),
        ("[p=4 focus=0.3,0.7] a\nb\n[p=1.1 cfg=3] c", True),
        ("a", False),
        ("# plain\n1. a\n2. b\n3. c", False),
        ('# plain\n["a", "b"]', False),
        ("# plain\n<think>\na", False),
        ("# plain\n1m\nI\n[cfg=6] x\n3m", False),
        ("[weight=1] #1 of the galaxies\n[p=3] # b", False),
        ("[weight=1] [a=b] photo\nb", False),
        ("[cfg=1.5 steps=0.25-0.5] 2 cats\n[seed=18446744073709551615] [old] photo", False),
    ],
)
def test_a_ladder_is_written_as_it_is_read(text, loop):
    ladder = parse_ladder(text, 2.0, loop=loop)
    assert len(ladder.prompts) == text.count("\n") + (not text.startswith("# plain"))
    assert parse_ladder(as_text(ladder), 9.0, loop=loop) == ladder


@given(st.lists(st.tuples(st.floats(3, 64), FOCUS, FOCUS, OWN), min_size=2, max_size=5))
def test_to_the_digit(rows):
    zooms, x, y, own = zip(*rows, strict=True)
    focus = tuple(zip(x, y, strict=True))[1:]
    prompts = tuple(f"level {n}" for n in range(len(rows)))
    settings = () if all(one == PLAIN for one in own) else own
    ladder = Ladder(prompts, ("",) * len(rows), zooms[1:], focus, settings=settings)
    assert parse_ladder(as_text(ladder)) == ladder
