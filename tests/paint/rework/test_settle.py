"""One scene of what was made and what was held: the held to the bit, the made in agreement."""

import pytest
import torch
from ladders import mixed
from scenes import field, scene

from zoomstack.files.stack_file import load_stack, save_stack
from zoomstack.joint.blend import agreement
from zoomstack.paint.rework.again import again
from zoomstack.paint.rework.branch import branch
from zoomstack.paint.rework.extend import extend
from zoomstack.paint.rework.insert import insert
from zoomstack.paint.rework.join import bridge
from zoomstack.paint.rework.settle import settle
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.history import maker
from zoomstack.spaces.pairs import disagreement, pairs
from zoomstack.spaces.plain import plain_space

AROUND = ((0.37, 0.5), (0.6, 0.45), (0.5, 0.37), (0.71, 0.66))
LADDERS = {
    "mixed": mixed(),
    "square": Geometry(64, 64, (3.0, 2.0, 2.5, 2.0), ((0.4, 0.5),) * 4),
    "ring": Geometry(53, 74, (2.0, 3.5, 1.7, 2.2), AROUND, closed=True),
}
ladders = pytest.mark.parametrize("g", LADDERS.values(), ids=LADDERS)
CLOSE = 1e-5


def made_for(draft, contrast=0.2):
    """Pictures that agree with nothing."""
    g = draft.stack.geometry
    return field(len(draft.free), g.height, g.width, 99, contrast)


def apart(stack):
    """By how much each pair of neighbours disagrees at most."""
    levels, space = stack.levels, plain_space(stack.geometry)
    return {
        (pair.parent, pair.child): float(
            disagreement(levels[pair.parent], levels[pair.child], pair.link).abs().max()
        )
        for pair in pairs(space)
        if pair.link is not None
    }


def joined(stack, _, prompts):
    return bridge(stack, scene(mixed(), 2), prompts)


def assert_held(stack, draft):
    for level in draft.held:
        assert torch.equal(stack.levels[level], draft.stack.levels[level])
    assert stack.levels.min() >= 0 and stack.levels.max() <= 1


@ladders
@pytest.mark.parametrize(
    "levels, contrast", [([0], 0.2), ([1, 3], 0.2), ([1, 2], 0.2), ([1], 0.6), ([3], 0.6)], ids=str
)
def test_levels_made_anew_agree_with_all_that_is_held(g, levels, contrast):
    """Of pictures that hardly touch black and white, and of such as are half of them either."""
    draft = again(scene(g, 1, contrast), levels)
    made = made_for(draft, contrast)
    stack = settle(draft, made, 5)
    assert_held(stack, draft)
    assert max(apart(stack).values()) < CLOSE
    assert (stack.levels[levels] - draft.stack.levels[levels]).abs().mean() > 0.01


def test_held_levels_are_the_same_bits_in_the_file(tmp_path):
    draft = extend(scene(mixed(), 1), ["a shell"])
    stack = settle(draft, made_for(draft), 5)
    save_stack(tmp_path / "a.safetensors", stack)
    back = load_stack(tmp_path / "a.safetensors")
    assert torch.equal(back.levels, stack.levels) and back[1:] == stack[1:]
    assert_held(back, draft)


@pytest.mark.parametrize(
    "deed",
    [
        lambda s: extend(s, ["one", "two"], "inward", 2.3, (0.4, 0.45)),
        lambda s: extend(s, ["one", "two"], "outward", 2.3, (0.4, 0.45)),
        lambda s: branch(s, 2, ["one", "two"], 2.3, (0.4, 0.45)),
    ],
    ids=["inward", "outward", "branch"],
)
def test_what_is_added_agrees_with_what_was_there(deed):
    draft = deed(scene(mixed(), 1))
    stack = settle(draft, made_for(draft), 5)
    assert_held(stack, draft)
    assert max(apart(stack).values()) < CLOSE


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("deed", [insert, joined], ids=["insert", "bridge"])
def test_between_held_levels_only_what_two_shrinkings_lack_from_one_is_left(deed, count):
    draft = deed(scene(mixed(), 1), 1, ["new"] * count)
    stack = settle(draft, made_for(draft), 5)
    assert_held(stack, draft)
    first, child = draft.free[0], draft.free[-1] + 1
    far = apart(stack)
    assert max(value for pair, value in far.items() if pair[1] != first) < CLOSE
    assert agreement(stack.levels, stack.geometry)[first - 1] > 34
    # Away from the child's frame there is no such excuse.
    g = stack.geometry
    link = plain_space(g).link(first - 1, first)
    missing = disagreement(stack.levels[first - 1], stack.levels[first], link).abs().amax(0)
    away = torch.ones(g.height, g.width, dtype=torch.bool)
    rows, columns = (axis.window for axis in g.placement(first - 1, child))
    away[rows.start - 4 : rows.stop + 4, columns.start - 4 : columns.stop + 4] = False
    assert away[link.window].any() and missing[away[link.window]].max() < CLOSE


@ladders
@pytest.mark.parametrize("wider", [0.0, 0.5])
def test_wider_levels_take_over_what_is_new_inside_its_frame_alone(g, wider):
    draft = again(scene(g, 1), [2])
    stack = settle(draft, made_for(draft), 5, wider)
    assert max(apart(stack).values()) < CLOSE
    assert stack.levels.min() >= 0 and stack.levels.max() <= 1
    for level in draft.held:
        was, now = draft.stack.levels[level], stack.levels[level]
        if level < 2:
            link = plain_space(g).link(level, 2)
            outside = torch.ones(g.height, g.width, dtype=torch.bool)
            outside[link.window] = False
            rows, columns = g.placement(level, level + 1)
            if level + 1 == 2:
                assert torch.equal(now[:, outside], was[:, outside])
            assert not torch.equal(now, was)
        elif not g.closed:
            assert torch.equal(now, was)


def test_the_freer_the_nearer_to_what_was_made():
    draft = again(scene(mixed(), 1), [2])
    made = made_for(draft)
    far = [
        float((settle(draft, made, 5, wider).levels[2] - made[0]).abs().mean())
        for wider in (0.0, 0.5, 1.0)
    ]
    assert far[0] < far[1] < far[2]


def test_nothing_held_is_levels_that_meet():
    draft = again(scene(mixed(), 1), range(5))
    stack = settle(draft, made_for(draft), 5)
    assert max(apart(stack).values()) == 0


def test_what_agreed_already_is_left_as_it_is():
    old = scene(mixed(), 1)
    draft = again(old, [1, 2])
    stack = settle(draft, old.levels[[1, 2]], 5)
    assert torch.allclose(stack.levels, old.levels, atol=1e-5)


def test_half_precision_is_held_as_far_as_it_agrees():
    half = scene(mixed(), 1)
    half = half._replace(levels=half.levels.half())
    draft = again(half, [2])
    stack = settle(draft, made_for(draft), 5)
    assert stack.levels.dtype == torch.float32
    for level in draft.held:
        assert torch.equal(stack.levels[level], half.levels[level].float())
    before = apart(half._replace(levels=half.levels.float()))
    assert all(value <= max(before.values()) for value in apart(stack).values())


def test_the_stack_tells_who_made_what():
    draft = again(scene(mixed(), 1), [2], ["new"])
    stack = settle(draft, made_for(draft), 2**64 - 1)
    event = maker(stack.history, 2)
    assert event[:1] + event[2:5] == ("again", (2,), 2**64 - 1, ("new",)) and event.when
    assert maker(stack.history, 1).seed == 1 and stack.seed == 1


def test_what_does_not_fit_is_told():
    draft = again(scene(mixed(), 1), [2, 3])
    with pytest.raises(ValueError, match=r"is \(1, 3, 63, 54\) .* free levels 2, 3 are \(2, 3, 63"):
        settle(draft, made_for(draft)[:1])
    with pytest.raises(ValueError, match="wider is 2"):
        settle(draft, made_for(draft), wider=2)
