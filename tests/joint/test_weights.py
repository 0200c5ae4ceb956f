"""How much each level counts where levels are blended."""

import pytest
import torch
from ladders import LADDERS, NAMES, even, noise, pictures

from zoomstack.joint.blend import blend, octave_share
from zoomstack.joint.consensus import Consensus
from zoomstack.joint.hold.coupler import HeldCoupler
from zoomstack.joint.render import render
from zoomstack.linear.pyramid import octaves, weighted
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.ladder import Ladder
from zoomstack.scene.settings import Settings, weights_of
from zoomstack.spaces.pairs import disagreement
from zoomstack.spaces.plain import plain_space

RINGS = [Geometry(64, 64, (2.0,) * 6, closed=True), Geometry(64, 64, (3.0, 1.7, 4.0), closed=True)]
every = pytest.mark.parametrize("g", [*LADDERS, *RINGS], ids=[*NAMES, "ring", "ring, mixed"])
SOME = (0.5, 3.0, 1.0, 7.0, 0.2, 2.0)


def some(g):
    return SOME[: g.levels]


@every
@pytest.mark.parametrize("method", ["laplacian", "average"])
def test_weights_that_are_all_1_change_nothing(g, method):
    views = noise(g)
    ones = blend(views, g, method=method, weights=(1.0,) * g.levels)
    assert torch.equal(ones, blend(views, g, method=method))


@every
@pytest.mark.parametrize("method", ["laplacian", "average"])
def test_only_their_proportion_counts(g, method):
    views, weights = noise(g), some(g)
    once, scaled = (
        blend(views, g, method=method, weights=[c * w for w in weights]) for c in (1.0, 1e3)
    )
    assert torch.allclose(once, scaled, atol=1e-12)
    assert not torch.allclose(once, blend(views, g, method=method), atol=1e-3)


@every
def test_views_that_agree_stay_whatever_they_weigh(g):
    consistent = render(noise(g), g)
    assert torch.allclose(blend(consistent, g, weights=some(g)), consistent, atol=1e-7)


@pytest.mark.parametrize("weighting", ["snr", "uniform"])
def test_levels_are_the_weighted_mean_of_all_views_that_see_them(weighting):
    """Of flat pictures, which every view sees: section 4.2 of the paper, weighted."""
    g, weights = Geometry(16, 16, (2.0, 4.0)), (3.0, 0.5, 2.0)
    flat = torch.tensor([1.0, 10.0, 100.0], dtype=torch.float64)
    views = flat[:, None, None, None].expand(-1, 1, 16, 16)
    found = blend(views, g, weighting, feather=0.0, weights=weights)
    for level in range(3):
        told = [
            w * (1.0 if weighting == "uniform" else 4.0 ** -(g.octaves[level] - at))
            for w, at in zip(weights, g.octaves[: level + 1], strict=False)
        ]
        mean = sum(t * v for t, v in zip(told, flat, strict=False)) / sum(told)
        assert torch.allclose(found[level], mean.expand(1, 16, 16))


def test_in_each_octave_those_count_that_see_it():
    g, weights = Geometry(64, 64, (2.0, 2.0, 4.0)), (5.0, 0.5, 2.0, 3.0)
    wider = [2.0, 2.0 + 0.5, 2.0 + 0.5 + 5.0]
    shares = [octave_share(g, 3, k, "uniform", weights) for k in range(3)]
    assert shares == pytest.approx([seen / (3.0 + seen) for seen in wider])
    ring = Geometry(64, 64, (2.0, 2.0, 4.0), closed=True)
    shares = [octave_share(ring, 1, k, "uniform", (5.0, 0.5, 2.0)) for k in (0, 2, 3)]
    assert shares == pytest.approx([5 / 5.5, 7 / 7.5, 7 / 7.5])


def test_a_heavy_level_draws_the_next_one_to_all_that_it_sees_of_it():
    g = even(2.0)
    views, space = noise(g), plain_space(g)
    heavy, light = (blend(views, g, feather=0.0, weights=(1.0, w, 1.0, 1.0)) for w in (1e9, 1e-9))
    link = space.link(1, 2)
    told = views[2] + link.spread(disagreement(heavy[1], views[2], link))
    assert torch.allclose(heavy[2], told, atol=1e-6)
    assert torch.allclose(heavy[1], views[1], atol=1e-6)
    # A light one lets the deeper ones decide, but for what the widest view knows.
    link = space.link(0, 1)
    d = disagreement(views[0], views[1], link)
    assert torch.allclose(light[1], views[1] + link.spread(weighted(d, [1.0] * (octaves(d) + 1))))


def test_the_border_follows_the_level_above_whatever_it_weighs():
    g = even(2.0, levels=2)
    views = torch.zeros(2, 1, g.height, g.width, dtype=torch.float64)
    views[0] = 1.0
    found = blend(views, g, feather=0.5, weights=(1e-9, 1.0))[1, 0]
    assert found[g.height // 2, g.width // 2] < 0.01
    assert found[0].mean() > 0.9


def test_beside_held_levels_free_ones_have_their_own_weights():
    g = even(2.0, levels=5)
    views, weights = pictures(g), (1.0, 8.0, 1.0, 0.1, 1.0)
    held = {0: views[0], 3: views[3]}
    among = Consensus(feather=0.1, weights=weights)
    found, plain = (
        HeldCoupler(g, held, consensus=one)(views[[1, 2, 4]], 0.0)
        for one in (among, Consensus(feather=0.1))
    )
    pair = Consensus(feather=0.1, weights=(8.0, 1.0))
    assert among.of((1, 2)) == pair and Consensus().of((1, 2)) == Consensus()
    apart, as_before = Consensus("independent", feather=0.1), views.clone()
    as_before[[1, 2]] = pair(views[[1, 2]], Geometry(g.height, g.width, (2.0,)))
    alone = HeldCoupler(g, held, consensus=apart)(as_before[[1, 2, 4]], 0.0)
    assert torch.allclose(found, alone) and not torch.allclose(found, plain, atol=1e-3)


def test_a_ladder_gives_the_weights_of_its_lines():
    line = {"prompts": ("a", "b"), "negatives": ("", ""), "zooms": (2.0,), "focus": ((0.5, 0.5),)}
    assert weights_of(Ladder(**line).own) == ()
    assert weights_of(Ladder(**line, settings=(Settings(cfg=3.0), Settings())).own) == ()
    assert weights_of(Ladder(**line, settings=(Settings(weight=2), Settings())).own) == (2.0, 1.0)


@pytest.mark.parametrize(
    "weights, words",
    [
        ((1.0, 2.0), "There are 2 weights for 4 levels; give one a level, or none"),
        ((1.0, 0.0, 1.0, 1.0), "Level 1 has a weight of 0; it must be a number over 0"),
        ((1.0, 1.0, float("nan"), 1.0), "Level 2 has a weight of nan; it must be a number"),
        ((1.0, 1.0, 1.0, float("inf")), "Level 3 has a weight of inf; .* up to 1e.09"),
    ],
)
def test_weights_that_are_none_are_named(weights, words):
    g = even(2.0)
    with pytest.raises(ValueError, match=words):
        blend(noise(g), g, weights=weights)


@pytest.mark.parametrize(
    "settings, words",
    [
        ((Settings(),), "settings for 1 levels of a ladder of 2; give one a level, or none"),
        ((Settings(), Settings(cfg=-1.0)), "Level 1 has a cfg of -1; it must be a number, 0 or"),
        ((Settings(seed=2**64), Settings()), "Level 0 has the seed 18446744073709551616; it must"),
        ((Settings(), Settings(steps=(0.5, 0.5))), "Level 1's prompt .* 0.5 to 0.5 of the steps"),
        ((Settings(), Settings(weight=-2.0)), "Level 1 has a weight of -2"),
    ],
)
def test_settings_that_nothing_can_be_sampled_by_are_named(settings, words):
    ladder = Ladder(("a", "b"), ("", ""), (2.0,), ((0.5, 0.5),), settings=settings)
    with pytest.raises(ValueError, match=words):
        _ = ladder.own
