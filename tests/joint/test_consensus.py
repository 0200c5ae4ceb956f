"""How views become one scene, and what the coupler does of it at which step."""

import pytest
import torch
from ladders import even, mixed, noise

from zoomstack.joint.anchor import PhotoAnchor
from zoomstack.joint.blend import agreement, blend
from zoomstack.joint.consensus import Consensus
from zoomstack.joint.coupler import Coupler
from zoomstack.joint.render import render

SIGMAS = [4.0, 3.0, 2.0, 1.0, 0.0]


def test_joint_blends_and_renders_iterative_renders_independent_does_neither():
    g = mixed()
    views = noise(g)
    assert torch.equal(Consensus()(views, g), render(blend(views, g), g))
    assert torch.equal(Consensus("iterative")(views, g), render(views, g))
    assert Consensus("independent")(views, g) is views


def test_values_are_cut_before_rendering_so_that_views_still_agree():
    g = even(2.5)
    cut = Consensus(values=(-0.5, 0.5))
    views = cut(noise(g), g)
    assert views.abs().max() <= 0.5 + 1e-12, "a mean of such values may round beyond them"
    assert min(agreement(views, g)) == float("inf")
    one = even(2.0, levels=1)
    assert torch.equal(cut(noise(one), one), noise(one).clamp(-0.5, 0.5))


def test_a_coupler_acts_from_its_start_until_its_end_and_says_so():
    g = even(2.0)
    views = noise(g)
    couple = Coupler(g, start=0.25, end=0.75, sigmas=SIGMAS)
    acting = [couple.acts(sigma) for sigma in SIGMAS]
    assert acting == [False, True, True, False, False]
    for sigma, acts in zip(SIGMAS, acting, strict=True):
        coupled = couple(views, torch.full((g.levels,), sigma))
        assert torch.equal(coupled, Consensus()(views, g) if acts else views)
        assert torch.equal(coupled, couple(views, sigma)), "a number is as good as a tensor"


@pytest.mark.parametrize(
    "coupling, levels, acts",
    [("joint", 1, False), ("independent", 3, False), ("joint", 2, True), ("iterative", 3, True)],
)
def test_nothing_acts_where_there_is_nothing_to_couple(coupling, levels, acts):
    g = even(2.0, levels=levels)
    assert Coupler(g, consensus=Consensus(coupling)).acts(1.0) is acts
    photo = PhotoAnchor(noise(g)[0])
    assert Coupler(g, [photo], Consensus(coupling)).acts(1.0)


def test_shared_noise_is_the_spaces_own():
    g = mixed()
    shared = Coupler(g).noise(noise(g))
    assert torch.equal(shared[-1], noise(g)[-1]), "the deepest level's noise is as it was"
    assert not torch.equal(shared[0], noise(g)[0])
