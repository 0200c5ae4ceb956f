import math

import pytest
import torch
from ladders import mixed
from scenes import scene

from zoomstack.joint.blend import agreement
from zoomstack.paint.rework.apart import apart
from zoomstack.paint.rework.cut import cut
from zoomstack.paint.rework.join import bridge, join
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.history import maker

WHERE = (0.37, 0.6)


@pytest.fixture(scope="module")
def a():
    return scene(mixed(), 1)


@pytest.fixture(scope="module")
def b():
    return scene(Geometry(63, 54, (2.5, 2.0), ((0.4, 0.5), (0.3, 0.6))), 2)


def test_two_zooms_are_one_whose_levels_agree(a, b):
    one = join(a, b, 2.5, WHERE)
    assert one.geometry.zooms == (*a.geometry.zooms, 2.5, *b.geometry.zooms)
    assert one.geometry.focus == (*a.geometry.focus, WHERE, *b.geometry.focus)
    assert one.prompts == a.prompts + b.prompts and one.seed == a.seed
    assert agreement(one.levels, one.geometry) == (math.inf,) * 7
    assert torch.equal(one.levels[5:], b.levels)
    assert one.levels.min() >= 0 and one.levels.max() <= 1
    assert maker(one.history, 2).seed == 1 and maker(one.history, 6).seed == 2


def test_which_levels_were_put_between_two_is_known_of_both(a, b):
    marked = b._replace(bridges=(False, True, False)[: len(b.levels)])
    assert join(a, marked).bridges == (False,) * 5 + marked.bridges
    assert join(a, b).bridges == ()


def test_away_from_the_second_the_first_stays_to_the_bit(a, b):
    one = join(a, b, 2.5, WHERE, feather=0)
    rows, columns = one.geometry.placement(4, 5)
    outside = torch.ones(63, 54, dtype=torch.bool)
    outside[rows.window, columns.window] = False
    assert torch.equal(one.levels[4, :, outside], a.levels[4, :, outside])
    assert not torch.equal(one.levels[4], a.levels[4])
    soft = join(a, b, 2.5, WHERE).levels[4]
    far = torch.ones(63, 54, dtype=torch.bool)
    reach = math.ceil(0.25 * 54 / 2.5)
    far[
        max(0, rows.window.start - reach) : rows.window.stop + reach,
        max(0, columns.window.start - reach) : columns.window.stop + reach,
    ] = False
    assert far.any() and torch.equal(soft[:, far], a.levels[4, :, far])


def test_a_zoom_joined_where_it_was_cut_off_is_as_it_was(a):
    whole = join(cut(a, 0, 2), cut(a, 3, 4), a.geometry.zooms[2], a.geometry.focus[2])
    assert torch.allclose(whole.levels, a.levels, atol=1e-6)
    assert whole.geometry == a.geometry and whole.prompts == a.prompts


def test_a_bridge_is_levels_to_make_between_two_zooms(a, b):
    draft = bridge(a, b, ["one", "two"], focus=WHERE)
    assert draft.free == (5, 6) and draft.stack.geometry.zooms[4:7] == pytest.approx((2.0,) * 3)
    placed = draft.stack.geometry.placement(4, 7)
    direct = join(a, b, 8.0, WHERE)
    for one, other in zip(placed, direct.geometry.placement(4, 5), strict=True):
        assert one.left == pytest.approx(other.left, abs=1e-9)
    assert torch.equal(draft.stack.levels[:5], direct.levels[:5])
    assert torch.equal(draft.stack.levels[7:], b.levels)


def test_how_far_two_zooms_are_apart_is_told(a):
    same = apart(cut(a, 0, 2), cut(a, 3, 4), a.geometry.zooms[2], a.geometry.focus[2])
    assert same.decibels > 100 and same.colour < 1e-6
    lighter = a._replace(levels=a.levels / 2 + 0.5)
    darker = a._replace(levels=a.levels / 2)
    assert apart(darker, lighter).colour > 0.4
    tiny = Geometry(3, 3, (2.0,))
    assert math.isnan(apart(scene(tiny), scene(tiny), 9.0).decibels)
    assert "too small" in join(scene(tiny), scene(tiny), 9.0).history[-1].note


def test_other_sizes_are_named_and_brought_to_the_first_where_asked(a, b):
    small = scene(Geometry(126, 108, (2.5, 2.0)), 2)
    with pytest.raises(ValueError, match="54 x 63 .* the second's 108 x 126; resize"):
        join(a, small)
    one = join(a, small, resize=True)
    assert one.levels.shape[-2:] == (63, 54)
    assert agreement(one.levels, one.geometry) == (math.inf,) * 7


def test_what_is_no_pair_is_told(a, b):
    ring = scene(Geometry(63, 54, (2.0, 2.0), closed=True))
    grey = a._replace(levels=a.levels[:, :1])
    wide = scene(Geometry(63, 74, (2.0,)))
    dark = b._replace(levels=b.levels * 0)
    for deed, words in (
        (lambda: join(a, ring), "second zoom is a ring of 2 levels"),
        (lambda: join(ring, a), "first zoom is a ring"),
        (lambda: join(a, grey), "3 channels and the second's 1"),
        (lambda: join(a, wide, resize=True), "of another shape; crop"),
        (lambda: join(a, b, 2.0, (0.1, 0.5)), "Level 5 would leave the level above"),
        (lambda: join(a, b, 1.0), "zoom factor of 1"),
        (lambda: join(a, dark), r"colours are 0\.\d\d apart .* dB; 0.25 is allowed"),
        (lambda: bridge(a, b, []), "give a prompt"),
        (lambda: bridge(a, b, ["a"] * 4, 1.4), "none may be under 1.1"),
    ):
        with pytest.raises(ValueError, match=words):
            deed()
    assert join(a, dark, unlike=1.0).geometry.levels == 8


def test_precisions_meet_in_the_finer(a, b):
    half = b._replace(levels=b.levels.half())
    one = join(a, half)
    assert one.levels.dtype == torch.float32
    assert torch.equal(one.levels[5:], half.levels.float())
    assert join(half, half).levels.dtype == torch.float32
