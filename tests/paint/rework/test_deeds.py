"""The deeds as geometry: what is held stays, where it lay, and what is new has its place."""

import pytest
import torch
from ladders import mixed
from scenes import scene

from zoomstack.joint.blend import agreement
from zoomstack.paint.rework.again import again
from zoomstack.paint.rework.branch import branch
from zoomstack.paint.rework.cut import cut
from zoomstack.paint.rework.draft import marked
from zoomstack.paint.rework.extend import extend
from zoomstack.paint.rework.insert import insert
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.history import Event, maker

AROUND = ((0.37, 0.5), (0.6, 0.45), (0.5, 0.37), (0.71, 0.66))


@pytest.fixture(scope="module")
def stack():
    return scene(mixed(), 3)


@pytest.fixture(scope="module")
def ring():
    return scene(Geometry(53, 74, (2.0, 3.5, 1.7, 2.5), AROUND, closed=True), 4)


def assert_held(draft, stack, places):
    """Held levels are the old ones to the bit, with their prompts, and lie where they lay."""
    new, old = draft.stack.geometry, stack.geometry
    assert set(draft.held) == set(places.values())
    for was, now in places.items():
        assert torch.equal(draft.stack.levels[now], stack.levels[was])
        assert draft.stack.prompts[now] == stack.prompts[was]
        assert maker(draft.stack.history, now) is not None
        for other in places:
            if old.closed or was < other:
                pairs = zip(
                    new.placement(now, places[other]), old.placement(was, other), strict=True
                )
                for one, before in pairs:
                    assert one.zoom == pytest.approx(before.zoom, rel=1e-12)
                    assert one.left == pytest.approx(before.left, abs=1e-9)
    assert draft.stack.seed == stack.seed
    assert draft.stack.levels.shape[0] == new.levels == len(draft.stack.prompts)


@pytest.mark.parametrize("after", [0, 2, 3])
def test_levels_between_two_leave_all_others_in_their_places(stack, ring, after):
    for old in (stack, ring):
        draft = insert(old, after, ["one", "two"])
        places = {i: i + 2 * (i > after) for i in range(old.geometry.levels)}
        assert_held(draft, old, places)
        assert draft.free == (after + 1, after + 2)
        assert draft.stack.prompts[after + 1 : after + 3] == ("one", "two")
        assert draft.stack.geometry.closed == old.geometry.closed


def test_a_new_level_shows_what_its_neighbours_know(stack):
    draft = insert(stack, 1, ["one"])
    levels, g = draft.stack.levels, draft.stack.geometry
    decibels = agreement(levels, g)
    assert decibels[2] == float("inf") and decibels[1] > 30
    assert levels.min() >= 0 and levels.max() <= 1


def test_levels_at_either_end_leave_the_old_ones_in_their_places(stack):
    inward = extend(stack, ["one", "two"], "inward", (2.5, 3.0), (0.4, 0.45))
    assert_held(inward, stack, {i: i for i in range(5)})
    assert inward.free == (5, 6)
    assert inward.stack.geometry.zooms[4:] == (2.5, 3.0)
    assert inward.stack.geometry.focus[4:] == ((0.4, 0.45), (0.5, 0.5))
    outward = extend(stack, ["one", "two"], "outward", (2.5, 3.0), (0.4, 0.45))
    assert_held(outward, stack, {i: i + 2 for i in range(5)})
    assert outward.free == (0, 1)
    assert outward.stack.geometry.zooms[:2] == (2.5, 3.0)
    assert outward.stack.geometry.focus[:2] == ((0.5, 0.5), (0.4, 0.45))
    assert agreement(outward.stack.levels, outward.stack.geometry)[1] == float("inf")


def test_a_branch_begins_as_its_stack_does(stack, ring):
    for old in (stack, ring):
        draft = branch(old, 2, "another", 3.0, (0.3, 0.6))
        assert draft.stack.geometry.levels == 4 and not draft.stack.geometry.closed
        assert draft.free == (3,) and draft.stack.prompts[3] == "another"
        open_end = cut(old, 0, 2)
        assert_held(draft, open_end, {0: 0, 1: 1, 2: 2})
        assert draft.stack.geometry.focus[2] == (0.3, 0.6)


def test_made_anew_levels_keep_their_prompts_or_get_new_ones(stack):
    assert again(stack, [3, 1]).free == (1, 3)
    assert again(stack, [1]).stack.prompts == stack.prompts
    some = again(stack, [1, 3], ["new one", "new three"]).stack
    whole = again(stack, [1, 3], [f"new {i}" for i in range(5)]).stack
    assert some.prompts == ("level 0", "new one", "level 2", "new three", "level 4")
    assert whole.prompts == ("level 0", "new 1", "level 2", "new 3", "level 4")
    assert some.history[0].prompts == stack.prompts  # what was asked for then


def test_a_part_is_cut_out_to_the_bit_with_what_is_known_of_it(stack):
    told = stack._replace(history=(Event("again", "then", (2, 4), 9, ("c", "e")),))
    part = cut(told, 2, 3)
    assert torch.equal(part.levels, stack.levels[2:4])
    g = stack.geometry
    assert part.geometry == Geometry(g.height, g.width, g.zooms[2:3], g.focus[2:3])
    assert part.prompts == stack.prompts[2:4] and part.seed == stack.seed
    assert part.history[0] == Event("again", "then", (0,), 9, ("c",))
    assert part.history[1].deed == "cut" and "2 to 3" in part.history[1].note
    assert cut(stack) is stack


def test_a_ring_is_opened_by_cutting_and_its_part_may_lead_round(ring):
    whole, round_ = cut(ring, 2, 1), cut(ring, 3, 1)
    assert torch.equal(whole.levels, ring.levels[[2, 3, 0, 1]])
    assert whole.geometry == Geometry(53, 74, (1.7, 2.5, 2.0), (AROUND[2], AROUND[3], AROUND[0]))
    assert round_.prompts == ("level 3", "level 0", "level 1")
    assert agreement(whole.levels, whole.geometry) == pytest.approx((float("inf"),) * 3)
    assert maker(whole.history, 0).prompts[0] == "level 2"


def test_what_cannot_be_done_is_told(stack, ring):
    lone = cut(stack, 1, 1)
    for deed, words in (
        (lambda: again(stack, []), "nothing is to be made"),
        (lambda: again(stack, [2, 5]), "anew is 5, but the stack's 5 levels are 0 to 4"),
        (lambda: again(stack, [1, 2], ["a"]), "1 prompts, but the stack has 5 levels, of which 2"),
        (lambda: insert(stack, 4, "a"), "nothing below level 4 .* after 0 to 3"),
        (lambda: insert(stack, -1, "a"), "nothing below level -1"),
        (lambda: insert(lone, 0, "a"), "A stack of one level"),
        (lambda: insert(stack, 0, []), "give a prompt for each new level"),
        (lambda: insert(stack, 2, ["a"] * 9), "Between levels 2 and 3 the zoom factor is 1.7"),
        (lambda: extend(ring, "a"), "ring of 4 levels and has no end"),
        (lambda: extend(stack, "a", zooms=1.0), "zoom factor of 1"),
        (lambda: extend(stack, "a", "upward"), "where is 'upward'"),
        (lambda: branch(stack, 5, "a"), "The level to branch in is 5"),
        (lambda: branch(stack, 2, "a", 2.0, (0.1, 0.5)), "Level 3 would leave the level above it"),
        (lambda: cut(stack, 3, 2), "end before they begin"),
        (lambda: cut(stack, 0, 5), "The last level to keep is 5"),
        (lambda: cut(ring, 4), "The first level to keep is 4"),
    ):
        with pytest.raises(ValueError, match=words):
            deed()


def test_a_stack_without_prompts_has_them_where_it_is_worked_on(stack):
    bare = stack._replace(prompts=(), seed=None)
    draft = extend(bare, "a shell")
    assert draft.stack.prompts == ("",) * 5 + ("a shell",) and draft.stack.history == ()
    assert again(bare, [1]).stack.prompts == ()


MARKS = (False, True, False, True, False)


def test_which_levels_were_put_between_two_goes_with_them(stack):
    """What is new was written, and so is what ends a part."""
    old = stack._replace(bridges=MARKS)
    assert insert(old, 1, ["x"]).stack.bridges == (False, True, False, False, True, False)
    assert extend(old, ["x"]).stack.bridges == (*MARKS, False)
    assert extend(old, ["x"], "outward").stack.bridges == (False, *MARKS)
    assert cut(old, 1).bridges == (False, False, True, False)
    assert cut(old, 2, 3).bridges == ()
    assert branch(old, 3, ["x"]).stack.bridges == (False, True, False, False, False)
    assert again(old, [1]).stack.bridges == MARKS
    assert insert(stack, 1, ["x"]).stack.bridges == ()
    both = extend(old, ["x", "x, y", "y"])
    assert marked(both, (False, True, False)).stack.bridges == (*MARKS, False, True, False)
    assert marked(both, ()) is both
