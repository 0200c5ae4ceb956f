"""A ring of levels: the deepest shows the widest again, and the laws of open ladders hold."""

import math

import pytest
import torch
from encoders import encoder
from gaussian import GaussianPrior, karras
from ladders import noise

from zoomstack.joint.anchor import PhotoAnchor
from zoomstack.joint.blend import agreement, blend
from zoomstack.joint.consensus import Consensus
from zoomstack.joint.denoiser import JointDenoiser
from zoomstack.joint.keep import keep
from zoomstack.joint.render import render, render_noise
from zoomstack.joint.sample import sample
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.fitted.fit import fit_operators
from zoomstack.spaces.fitted.space import FittedSpace
from zoomstack.spaces.fitting.scenery import scenery
from zoomstack.spaces.pairs import pairs
from zoomstack.spaces.plain import plain_space
from zoomstack.spaces.twin.fit import fit_twin
from zoomstack.spaces.twin.space import TwinSpace


def ring(*zooms, focus=(), size=64):
    return Geometry(size, size, zooms, focus, closed=True)


AROUND = ((0.4, 0.55), (0.6, 0.5), (0.5, 0.3), (0.35, 0.6), (0.7, 0.6))
RINGS = {
    "2^6": ring(*(2.0,) * 6),
    "2^3": ring(*(2.0,) * 3),
    "3^4": ring(*(3.0,) * 4),
    "4^2": ring(4.0, 4.0),
    "mixed": ring(2.0, 3.0, 1.7, 2.5, 4.0, focus=AROUND),
}
rings = pytest.mark.parametrize("g", RINGS.values(), ids=RINGS)


@rings
@pytest.mark.parametrize("coupling", [None, "average"])
def test_all_neighbours_agree_round_the_ring(g, coupling):
    views = Consensus(method=coupling or "laplacian")(noise(g), g)
    assert len(agreement(views, g)) == g.levels
    assert min(agreement(views, g)) > 150  # dB


@rings
def test_a_second_pass_changes_nothing(g):
    once = render(blend(noise(g), g), g)
    twice = render(blend(once, g), g)
    assert (twice - once).abs().max() < 1e-7


@rings
def test_forty_passes_do_not_drift(g):
    first = views = render(blend(noise(g), g), g)
    for _ in range(40):
        views = render(blend(views, g), g)
    assert (views - first).abs().max() < 1e-6
    assert 0.9 < float(first.norm() / noise(g).norm()) < 1.05


@rings
def test_noise_is_white_but_where_a_level_meets_itself(g):
    draws = torch.stack([render_noise(noise(g, seed, channels=4), g) for seed in range(16)])
    assert abs(draws.std() - 1) < 0.01
    for level in draws.unbind(1):
        assert abs((level[..., 1:] * level[..., :-1]).mean()) < 0.02
        assert abs((level[..., 1:, :] * level[..., :-1, :]).mean()) < 0.02


@rings
def test_turning_the_ring_turns_the_views(g):
    turned = Geometry(
        g.height, g.width, (*g.zooms[1:], g.zooms[0]), (*g.focus[1:], g.focus[0]), closed=True
    )
    views = noise(g)
    a = render(views, g).roll(-1, 0)
    b = render(views.roll(-1, 0), turned)
    # Only the order in which the turns are taken differs.
    assert (a - b).abs().max() < 1e-2
    assert (render(b, turned) - b).abs().max() < 1e-7


def test_a_link_may_lead_round_the_ring_and_to_itself():
    g = ring(2.0, 3.0, 4.0, size=96)
    assert g.way(2, 1) == ((2, 0), (0, 1))
    assert g.way(1, 1) == ((1, 2), (2, 0), (0, 1))
    rows, _ = g.placement(1, 1)
    assert math.isclose(rows.zoom, 24) and math.isclose(rows.left, 48 - 2)


def test_powers_stay_those_of_scenes_sampled_alone():
    g, prior = ring(*(2.0,) * 6), GaussianPrior(64)
    white = torch.randn(6, 8, 64, 64, dtype=torch.float64, generator=torch.manual_seed(0))
    sigmas = karras(16)
    joint = JointDenoiser(prior.denoise, g)
    together, alone = (
        [*sample(denoise, start, sigmas)][-1].x
        for denoise, start in ((joint, joint.noise(white)), (prior.denoise, white))
    )
    ratio = prior.octaves(together).mean(0) / prior.octaves(alone).mean(0)
    assert 0.65 < float(ratio.min()) and float(ratio.max()) < 1.1


def test_the_wider_way_in_a_ring_is_the_shorter():
    g = ring(*(2.0,) * 6)
    assert [g.wider(level, 2) for level in range(6)] == [True, True, False, False, False, True]


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_photos_pull_a_ring(strength):
    g = ring(*(2.0,) * 4)
    photo = torch.linspace(0, 1, 64).expand(1, 64, 64).contiguous()
    views = torch.full((4, 1, 64, 64), 0.5)
    shown = keep(views, g, [PhotoAnchor(photo, 1, strength)])
    assert min(agreement(shown, g)) > 100
    error = (shown[1] - photo).abs()[:, :8].mean()
    assert error < 0.3 * (1 - strength) + 0.02


@pytest.mark.parametrize(
    ("zooms", "said"),
    [
        ((8.0,), "has one level, which would lie in itself; give it at least 2"),
        ((1.5, 1.5), "magnifies 2.25 times in one turn, .* give it 4 times or more"),
        ((2.0, 0.5), r"Level 0 has a zoom factor of 0.5"),
    ],
)
def test_a_ring_that_cannot_come_round_is_refused(zooms, said):
    with pytest.raises(ValueError, match=said):
        ring(*zooms)


@pytest.fixture(scope="module")
def latent_spaces():
    fine = scenery(12, 96, 96)
    return {
        "fitted": FittedSpace(
            ring(2.0, 2.0, 2.0, 2.0, size=32), {2: fit_operators(encoder(), 2, 4, fine)}
        ),
        "twin": TwinSpace(ring(2.0, 3.0, 1.7, focus=AROUND[:3], size=32), fit_twin(encoder(), 4)),
    }


@pytest.mark.parametrize("kind", ["fitted", "twin"])
def test_latents_keep_the_laws_of_a_ring(kind, latent_spaces):
    space = latent_spaces[kind]
    g = space.geometry
    white = noise(g, 1, torch.float32, 8)
    shared = render_noise(white, space)
    assert abs(float(shared.std()) - 1) < 0.03
    first = views = render(blend(white, space), space)
    assert min(agreement(views, space)) > 100
    for _ in range(10):
        views = render(blend(views, space), space)
    assert (views - first).abs().max() < 1e-3 * first.std()


def test_every_level_has_a_pair():
    space = plain_space(ring(2.0, 2.0, 2.0))
    assert [(a, b) for a, b, _ in pairs(space)] == [(0, 1), (1, 2), (2, 0)]
