"""Levels that are held while others are made anew: to the bit, and the others meet them."""

from functools import cache

import pytest
import torch
from encoders import encoder
from gaussian import GaussianPrior, karras
from hypothesis import given, settings
from hypothesis import strategies as st
from ladders import mixed, noise, pictures

from zoomstack.joint.anchor import PhotoAnchor
from zoomstack.joint.consensus import Consensus
from zoomstack.joint.denoiser import JointDenoiser
from zoomstack.joint.hold.coupler import HeldCoupler
from zoomstack.joint.hold.levels import agreeing, hold
from zoomstack.joint.hold.runs import runs
from zoomstack.joint.render import render, render_noise
from zoomstack.joint.sample import sample
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.fitted.fit import fit_operators
from zoomstack.spaces.fitted.space import FittedSpace
from zoomstack.spaces.fitting.scenery import scenery
from zoomstack.spaces.pairs import disagreement, pairs, patch
from zoomstack.spaces.plain import as_space
from zoomstack.spaces.twin.fit import fit_twin
from zoomstack.spaces.twin.space import TwinSpace

FREE = [[0], [2], [4], [0, 1], [1, 2], [3, 4], [1, 2, 3], [1, 3], [0, 2, 4]]


@cache
def twin():
    return fit_twin(encoder(), ratio=4)


@cache
def operators():
    return {p: fit_operators(encoder(), p, 4, scenery(12, 48 * p, 48 * p)) for p in (2, 4)}


@st.composite
def real(draw, height, width, closed=False, least=1.3):
    """Five levels with any zoom factors and focus."""
    zooms = [draw(st.floats(max(least, 1.5 * closed), 4.0)) for _ in range(4 + closed)]
    focus = []
    for zoom in zooms:
        reach = 0.5 / zoom
        focus.append([draw(st.floats(reach, 1 - reach)) for _ in "xy"])
    return Geometry(height, width, tuple(zooms), tuple(map(tuple, focus)), closed)


@st.composite
def whole(draw):
    """Five levels that lie on the pixels, for operators that are fitted to a factor."""
    zooms = [draw(st.sampled_from([2, 4])) for _ in range(4)]
    focus = [
        tuple((draw(st.integers(0, n - n // p)) + n / p / 2) / n for n in (24, 16)) for p in zooms
    ]
    return Geometry(16, 24, tuple(map(float, zooms)), tuple(focus))


def off(views, space):
    """How far neighbours are from agreeing at most, of the standard deviation."""
    far = [disagreement(views[p], views[c], k).abs().max() for p, c, k in pairs(space) if k]
    return float(max(far) / views.std())


def check(space, free, seed, dtype=torch.float64, channels=2, wider=1.0):
    """Hold all but ``free`` of a scene, of which another is made."""
    g = space.geometry
    old = render(noise(g, seed, dtype, channels), space)
    held = {level: old[level] for level in range(g.levels) if level not in free}
    views = hold(noise(g, seed + 1, dtype, channels), space, held, wider)
    deepest = max((level for level in free), default=0)
    for level, picture in held.items():
        if wider == 1 or (level > deepest and not g.closed):
            assert torch.equal(views[level], picture)
    assert off(views, space) < 1e-5
    return old, views


@settings(max_examples=24)
@given(real(30, 40), st.sampled_from(FREE), st.integers(0, 99))
def test_pictures_meet_what_is_held_for_every_zoom_and_focus(g, free, seed):
    check(as_space(g), free, seed)


@settings(max_examples=8)
@given(real(15, 20, least=1.6), st.sampled_from(FREE), st.integers(0, 99))
def test_latents_meet_what_is_held_in_the_twin(g, free, seed):
    check(TwinSpace(g, twin()), free, seed, torch.float32, 8)


@settings(max_examples=8)
@given(whole(), st.sampled_from(FREE), st.integers(0, 99))
def test_latents_meet_what_is_held_under_fitted_operators(g, free, seed):
    check(FittedSpace(g, operators()), free, seed, torch.float32, 8)


@settings(max_examples=12)
@given(real(30, 40, closed=True), st.sampled_from(FREE), st.integers(0, 99))
def test_levels_of_a_ring_meet_what_is_held(g, free, seed):
    check(as_space(g), free, seed)


@settings(max_examples=12)
@given(real(30, 40), st.sampled_from(FREE), st.integers(0, 99), st.floats(0, 0.99))
def test_wider_levels_take_over_what_is_new_inside_its_frame_alone(g, free, seed, wider):
    space = as_space(g)
    old, views = check(space, free, seed, wider=wider)
    for parent, child, link in pairs(space):
        if parent not in free and child in free:
            shown = torch.zeros(g.height, g.width, dtype=torch.bool)
            patch(shown, link)[...] = True
            assert torch.equal(views[parent][:, ~shown], old[parent][:, ~shown])


@pytest.mark.parametrize("wider", [0.0, 0.5])
def test_a_ring_whose_wider_levels_take_over_agrees_all_round(wider):
    g = Geometry(48, 48, (2.0, 2.5, 2.0), ((0.5, 0.5), (0.4, 0.6), (0.5, 0.45)), closed=True)
    check(as_space(g), [1], 3, wider=wider)
    check(as_space(g), [0, 2], 3, wider=wider)


@pytest.mark.parametrize("free", [[2], [2, 3], [0, 3]])
@pytest.mark.parametrize("wider", [1.0, 0.0])
def test_pictures_that_are_to_be_seen_stay_within_their_range(free, wider):
    g = mixed()
    old = render(0.8 * pictures(g) + 0.1, g)
    held = {level: old[level] for level in range(5) if level not in free}
    views = hold(pictures(g, 1), g, held, wider, bounded=True)
    assert views.min() >= 0 and views.max() <= 1
    assert off(views, as_space(g)) < 0.02
    assert all(torch.equal(views[level], held[level]) for level in held if wider == 1)


def test_runs_are_neighbours_that_are_free_and_may_pass_a_rings_end():
    space = as_space(Geometry(64, 64, (2.0,) * 5))
    assert [tuple(run) for run in runs(space, {2, 3})] == [((4, 5), 3, None), ((0, 1), None, 2)]
    ring = as_space(Geometry(64, 64, (2.0,) * 6, closed=True))
    assert [tuple(run) for run in runs(ring, {2, 3})] == [((4, 5, 0, 1), 3, 2)]
    assert [tuple(run) for run in runs(ring, {2})] == [((3, 4, 5, 0, 1), 2, 2)]
    assert not runs(ring, set())


def test_what_agrees_already_stays():
    g = mixed()
    old = render(noise(g), g)
    for wider in (1.0, 0.4, 0.0):
        held = {level: old[level] for level in (0, 1, 4)}
        assert (hold(old, g, held, wider) - old).abs().max() < 1e-9


def test_held_levels_that_disagree_are_met_halfway_and_not_by_wild_values():
    """As latents that were encoded one by one, or pictures of eight bits."""
    g = mixed()
    for size, least in ((0.3, 0.02), (0.002, 1e-4)):
        old = render(noise(g), g)
        rough = old + size * noise(g, 5)
        views = hold(noise(g, 1), g, {level: rough[level] for level in (0, 1, 3, 4)})
        assert views[2].abs().max() < 6 and views[2].std() < 1.2
        assert least < off(views[:3], as_space(Geometry(63, 54, g.zooms[:2], g.focus[:2])))
    known = agreeing({level: rough[level] for level in (0, 1, 3, 4)}, g)
    views = hold(noise(g, 1), g, known)
    assert off(views, as_space(g)) < 1e-5


@pytest.mark.parametrize("wider", [1.0, 0.0])
def test_only_free_levels_reach_the_model(wider):
    g = mixed()
    old = render(noise(g), g)
    held, asked = {level: old[level] for level in (0, 1, 3)}, []

    def denoise(x, sigma):
        asked.append((len(x), len(sigma)))
        return torch.tanh(x)

    sigmas = [9.0, 3.0, 1.0, 0.0]
    photo = PhotoAnchor(noise(g, 7)[2], level=2, strength=0.5, end=0.5)
    joint = JointDenoiser(denoise, g, [photo], sigmas=sigmas, held=held, wider=wider)
    start = joint.noise(noise(g, 2))
    assert torch.equal(start, render_noise(noise(g, 2), g)[[2, 4]])
    *_, last = sample(joint, start, sigmas)
    assert asked == [(2, 2)] * 3
    views = old.clone()
    views[[2, 4]] = last.x
    if wider == 0:  # level 3 took over from level 4, and is not what it was
        views = hold(views, g, held, wider)
    assert off(views, as_space(g)) < 1e-5


def test_levels_meet_from_the_start_to_the_end_alone():
    g, sigmas = mixed(), [8.0, 4.0, 2.0, 1.0, 0.0]
    couple = HeldCoupler(g, {0: noise(g)[0]}, start=0.25, end=0.75, sigmas=sigmas)
    views = noise(g, 1)[1:]
    acts = [couple.acts(sigma) for sigma in sigmas[:-1]]
    assert acts == [False, True, True, False]
    changed = [not torch.equal(couple(views, sigma), views) for sigma in sigmas[:-1]]
    assert changed == acts
    alone = couple.noise(noise(g, 3)[1:])
    assert torch.equal(alone, render_noise(noise(g, 3), g)[1:])
    assert HeldCoupler(g, {0: noise(g)[0]}, consensus=Consensus("independent")).acts(1.0)


@pytest.mark.parametrize(("wider", "most"), [(1.0, 1.3), (0.0, 1.3)])
def test_a_level_that_is_made_anew_has_the_power_of_one_that_was_made_with_all(wider, most):
    """Of a Gaussian field whose ideal denoiser is known; the four finest octaves."""
    g, prior, sigmas = Geometry(64, 64, (2.0, 3.0, 2.5), ((0.5, 0.5), (0.4, 0.55), (0.5, 0.5))), (
        GaussianPrior(64)
    ), karras(16)  # fmt: skip
    new, old = [], []
    for seed in range(3):
        joint = JointDenoiser(prior.denoise, g)
        *_, first = sample(joint, joint.noise(noise(g, seed, channels=8)), sigmas)
        held = {level: first.x[level] for level in (0, 1, 3)}
        again = JointDenoiser(prior.denoise, g, held=held, wider=wider)
        *_, last = sample(again, again.noise(noise(g, seed + 50, channels=8)), sigmas)
        new.append(prior.octaves(last.x)[0])
        old.append(prior.octaves(first.x)[2])
    ratio = torch.stack(new).mean(0) / torch.stack(old).mean(0)
    assert (torch.maximum(ratio, 1 / ratio) < most).all(), ratio


def test_what_cannot_be_held_is_refused_in_words():
    g = mixed()
    with pytest.raises(ValueError, match="Level 7 cannot be held: there are 5 levels, 0 to 4"):
        hold(noise(g), g, {7: noise(g)[0]})
    with pytest.raises(ValueError, match="wider is 1.5"):
        hold(noise(g), g, {0: noise(g)[0]}, wider=1.5)
    with pytest.raises(ValueError, match="held at level 1 is .*give one of the level's size"):
        hold(noise(g), g, {1: noise(g)[0, :, :5]})
    with pytest.raises(ValueError, match="All 5 levels are held"):
        HeldCoupler(g, dict(enumerate(noise(g))))
    with pytest.raises(ValueError, match="5 levels were predicted but 4 are free"):
        HeldCoupler(g, {0: noise(g)[0]})(noise(g), 1.0)
