"""Photographs that a scene keeps to the bit, and what shrinks to them or shows them."""

import pytest
import torch
from ladders import LADDERS, NAMES, even, mixed, pictures

from zoomstack.joint.anchor import PhotoAnchor
from zoomstack.joint.consensus import Consensus
from zoomstack.joint.keep import keep, kept, meetings
from zoomstack.joint.matched import matched
from zoomstack.joint.render import render
from zoomstack.joint.surround import surround
from zoomstack.measure.seam import seams, visible
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.pairs import disagreement, patch
from zoomstack.spaces.plain import plain_space

# Frames on whole pixels of both levels, where an answer always exists; one of them is moved.
WHOLE = [
    Geometry(64, 96, (2.0,) * 3),
    even(3.0, height=54, width=81),
    Geometry(60, 90, (2.0, 5.0), ((0.4, 0.55), (0.3, 0.5))),
]


def photo(g, seed=7):
    """Grains of every value, black and white among them: the range cuts a third of all."""
    grains = torch.rand(3, g.height, g.width, generator=torch.Generator().manual_seed(seed))
    return (1.5 * grains.double() - 0.25).clamp(0, 1)


def misfits(views, g):
    """The largest disagreement of each pair of neighbours."""
    links = [plain_space(g).link(*pair) for pair in g.neighbours]
    return [
        float(disagreement(views[i], views[i + 1], link).abs().max()) if link else 0.0
        for i, link in enumerate(links)
    ]


@pytest.mark.parametrize("g", [*LADDERS, *WHOLE], ids=[*NAMES, "64x96", "54x81", "60x90"])
@pytest.mark.parametrize("level", [0, 1, -1])
def test_the_level_is_the_photo_to_the_bit_and_all_values_stay_in_range(g, level):
    level %= g.levels
    ours = photo(g).float()
    views = keep(pictures(g).float(), g, [PhotoAnchor(ours, level)])
    assert torch.equal(views[level], ours)
    assert views.min() >= 0 and views.max() <= 1
    apart = misfits(views, g)
    assert max(apart[:level] + apart[level + 1 :], default=0.0) == 0, "all others, to the last bit"


@pytest.mark.parametrize("g", WHOLE)
@pytest.mark.parametrize("level", [0, 1])
def test_deeper_levels_shrink_to_it_exactly_and_a_second_pass_changes_nothing(g, level):
    anchors = [PhotoAnchor(photo(g), level)]
    views = keep(pictures(g), g, anchors)
    assert max(misfits(views, g)) < 1e-5
    assert torch.allclose(keep(views, g, anchors), views, atol=1e-5)


@pytest.mark.parametrize("g", [even(2.5), even(1.7), mixed()])
def test_where_pixels_are_shared_a_photo_without_black_and_white_is_nearly_as_exact(g):
    grey = 0.35 + 0.3 * photo(g)
    views = keep(0.3 + 0.4 * pictures(g), g, [PhotoAnchor(grey)])
    assert torch.equal(views[0], grey)
    assert max(misfits(views, g)) < 1e-4


@pytest.mark.parametrize("level", [0, 2])
def test_a_scene_that_shows_its_photo_stays_as_it_is(level):
    g = mixed()
    scene = render(pictures(g), g)
    same = keep(scene, g, [PhotoAnchor(scene[level], level)])
    assert torch.allclose(same, scene, atol=1e-12)


def test_without_a_photo_it_is_the_consensus():
    g = even(2.5)
    views, agree = pictures(g), Consensus(weighting="uniform", feather=0.1, values=(0.0, 1.0))
    assert torch.equal(keep(views, g, [], agree), agree(views, g))


def test_an_anchor_of_less_strength_pulls():
    g, views = even(3.0), pictures(even(3.0))
    ours = photo(g)
    far, near = (kept(keep(views, g, [PhotoAnchor(ours, 1, s)]), [PhotoAnchor(ours, 1)])[0]
                 for s in (0.0, 0.5))  # fmt: skip
    assert 3 < near - far < 20
    # Half-way, and then it meets the others: twice as near, some dB less for what those want.


@pytest.mark.parametrize("zoom", [2.0, 1.7, 2.5, 3.0])
def test_no_picture_in_range_shrinks_to_the_patch_better(zoom):
    """Against a slower way: least squares within bounds, of one large matrix."""
    from scipy.optimize import lsq_linear

    g = Geometry(14, 20, (zoom,))
    link, before, target = plain_space(g).link(0, 1), pictures(g)[1, :1], photo(g)[:1]
    ours = matched(before, patch(target, link), link)
    units = torch.eye(14 * 20, dtype=torch.float64).reshape(-1, 14, 20)
    matrix = link.shrink(units).flatten(1).T
    wanted = patch(target, link).flatten()
    best = lsq_linear(matrix.numpy(), wanted.numpy(), (0, 1)).cost
    cost = float((link.shrink(ours) - patch(target, link)).square().sum()) / 2
    assert cost < 1.5 * best + 1e-9


def test_what_may_not_change_does_not():
    g = even(2.0, height=56, width=72)
    link, before = plain_space(g).link(0, 1), pictures(g)[1]
    free = torch.ones(56, 72, dtype=torch.float64)
    free[20:30, 16:40] = 0
    target = patch(photo(g), link)
    after = matched(before, target, link, free)
    assert torch.equal(after[:, free == 0], before[:, free == 0])
    missing = (target - link.shrink(after)).abs().amax(0)
    assert missing[:9].max() < 1e-6 and missing[16:].max() < 1e-6


# --- around a photograph --------------------------------------------------------------------------


@pytest.mark.parametrize("g", [Geometry(120, 144, (2.0,)), mixed(91, 83)])
def test_a_step_of_colour_fades_out_around_the_frame(g):
    generator = torch.Generator().manual_seed(3)
    dark = 0.35 + 0.03 * torch.randn(3, g.height, g.width, generator=generator)
    bright = 0.65 + 0.03 * torch.randn(3, g.height, g.width, generator=generator)
    link, frame = plain_space(g).link(0, 1), g.placement(0, 1)
    soft, hard = (surround(dark, bright, link, frame, feather) for feather in (0.25, 0.0))
    assert torch.equal(patch(soft, link), link.shrink(bright))
    far = g.height // 4 + 2
    rows, columns = (p.window for p in frame)
    away = torch.ones(g.height, g.width, dtype=torch.bool)
    away[max(0, rows.start - far) : rows.stop + far,
         max(0, columns.start - far) : columns.stop + far] = False  # fmt: skip
    assert torch.equal(soft[:, away], dark[:, away])
    one = Geometry(g.height, g.width, g.zooms[:1], g.focus[:1])
    before, after = (
        visible(torch.stack([shown, bright]), seams(one, 1))[0] for shown in (hard, soft)
    )
    assert before > 20 and after < before / 8


def test_where_the_deeper_one_was_shown_nothing_around_it_moves():
    g = mixed()
    scene = render(pictures(g), g)
    shown = surround(scene[1], scene[2], plain_space(g).link(1, 2), g.placement(1, 2), 0.25)
    assert torch.equal(shown, scene[1])


# --- two photographs ------------------------------------------------------------------------------


def test_two_photos_that_agree_are_both_kept_to_the_bit():
    g = Geometry(64, 96, (2.0,) * 3)
    scene = render(pictures(g, seed=4), g)
    anchors = [PhotoAnchor(scene[2], 2), PhotoAnchor(scene[0], 0)]
    views = keep(pictures(g), g, anchors)
    assert torch.equal(views[0], scene[0]) and torch.equal(views[2], scene[2])
    assert max(misfits(views, g)) < 1e-5
    assert [(m.wider, m.deeper, m.same) for m in meetings(anchors, g)] == [(0, 2, True)]


def test_of_two_that_differ_both_levels_show_the_deeper_one_where_they_meet():
    g = Geometry(64, 96, (2.0,) * 3)
    wide, deep = photo(g, 1), photo(g, 2)
    anchors = [PhotoAnchor(wide), PhotoAnchor(deep, 1)]
    views = keep(pictures(g), g, anchors)
    link = plain_space(g).link(0, 1)
    assert torch.equal(views[1], deep)
    assert torch.equal(patch(views[0], link), link.shrink(deep))
    assert torch.equal(views[0, :, :7], wide[:, :7]), "further away it is the wide one"
    (meeting,) = meetings(anchors, g)
    assert not meeting.same
    error = disagreement(wide, deep, link).square().mean()
    assert meeting.decibels == pytest.approx(float(-10 * torch.log10(error)))


def test_two_photos_of_one_level_and_one_that_does_not_fit_are_refused():
    g = even(2.0)
    ours, views = photo(g), pictures(g)
    with pytest.raises(ValueError, match="Level 1 has 2 photos, and can be only one of them; give"):
        keep(views, g, [PhotoAnchor(ours, 1), PhotoAnchor(ours, 1)])
    with pytest.raises(ValueError, match="for level 7 but there are 4 levels; set its level from"):
        keep(views, g, [PhotoAnchor(ours, 7)])
    with pytest.raises(ValueError, match="resize the photo to the level's size"):
        keep(views, g, [PhotoAnchor(ours[:, 1:])])
