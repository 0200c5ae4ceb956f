import pytest
import torch
from encoders import encoder
from ladders import noise
from torch.nn import functional

from zoomstack.joint.anchor import PhotoAnchor
from zoomstack.joint.blend import agreement, blend
from zoomstack.joint.render import render, render_noise
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.choose import automatic
from zoomstack.spaces.fitted import fit
from zoomstack.spaces.fitted.fit import fit_operators
from zoomstack.spaces.fitted.space import FittedSpace, off_grid
from zoomstack.spaces.fitting.fidelity import fidelity_at
from zoomstack.spaces.fitting.leaves import dead_leaves
from zoomstack.spaces.fitting.scenery import scenery
from zoomstack.spaces.plain import PlainSpace, plain_space
from zoomstack.spaces.twin.fit import fit_twin
from zoomstack.spaces.twin.space import TwinSpace


@pytest.fixture(scope="module")
def operators():
    return {p: fit_operators(encoder(), p, 4, scenery(12, 48 * p, 48 * p)) for p in (2, 4)}


@pytest.fixture(scope="module")
def space(operators):
    g = Geometry(
        32, 48, (2.0, 4.0, 2.0, 2.0), ((0.5, 0.5), (0.375, 0.625), (0.5, 0.5), (0.25, 0.75))
    )
    return FittedSpace(g, operators)


def test_the_fit_explains_the_latents_of_shrunk_pictures(operators):
    """On pictures not fitted on: half the error, or less, of resampling channel by channel."""
    pictures = scenery(6, 128, 128, seed=5)
    for zoom, fitted in operators.items():
        wide = plain_space(Geometry(128, 128, (zoom,))).link(0, 1)
        truth = encoder()(wide.shrink(pictures))[..., 1:-1, 1:-1]
        fine = encoder()(pictures)
        g = Geometry(32, 32, (zoom,))
        plain = PlainSpace(g).link(0, 1).shrink(fine)[..., 1:-1, 1:-1]
        learned = FittedSpace(g, operators).link(0, 1).shrink(fine)[..., 1:-1, 1:-1]

        def unexplained(guess, truth=truth):
            return float((guess - truth).square().mean() / truth.var())

        assert unexplained(learned) < 0.5 * unexplained(plain)
        assert fitted.explained[0] > 0.85
        assert fitted.explained[1] > 0.5


def test_fitted_noise_is_exactly_white(space):
    for zoom, o in space._operators.items():
        w = o.noise.flatten(1).double()
        assert torch.dist(w @ w.T, torch.eye(len(w), dtype=w.dtype)) < 1e-5, zoom
    g = space.geometry
    draws = torch.stack([render_noise(noise(g, s, torch.float32, 8), space) for s in range(24)])
    for level in draws.unbind(1):
        assert abs(level.mean()) < 0.03
        assert abs(level.std() - 1) < 0.03
        assert abs((level[..., 1:] * level[..., :-1]).mean()) < 0.03


@pytest.mark.parametrize("child", [1, 2])
def test_the_transpose_is_one_and_a_lift_is_exact_at_borders_as_well(space, child):
    """Where rings reach beyond the deeper level, and where they end inside it."""
    link = space.link(0, child)
    outer = link if child == 1 else link.outer
    assert any(outer.beyond) == (child == 1)
    generator = torch.Generator().manual_seed(1)
    left, right, top, bottom = outer._held
    zoom, (rows, columns) = outer.operators.zoom, (w.stop - w.start for w in outer.window)
    size = (8, rows * zoom + top + bottom, columns * zoom + left + right)
    x = torch.randn(size, generator=generator).double()
    y = torch.randn(8, rows, columns, generator=generator).double()
    inside, outside = (outer._shrink(x, None) * y).sum(), (x * outer.transposed(y)).sum()
    torch.testing.assert_close(inside, outside)
    assert (outer._shrink(outer.lift(y), None) - y).abs().max() < 2e-3
    picture = noise(space.geometry, 4, torch.float64, 8)[child]
    moved = link.shrink(picture + link.lift(y)) - link.shrink(picture)
    assert (moved - y).abs().max() < 2e-3


def test_a_ring_around_blocks_explains_what_blocks_alone_do_not():
    pictures = scenery(12, 96, 96, seed=2)
    alone, ringed = (fit_operators(encoder(), 2, 4, pictures, ring) for ring in (0, 1))
    assert (alone.ring, ringed.ring) == (0, 1)
    assert 1 - ringed.explained[0] < 0.8 * (1 - alone.explained[0])


@pytest.mark.parametrize("zoom", [2, 3, 5])
def test_latents_that_lie_in_squares_of_four_are_never_cut_in_two(zoom, monkeypatch):
    """As of Flux2: an encoder that refuses an odd number of latents."""
    monkeypatch.setattr(fit, "LATENTS", 1)

    def encode(pictures):
        assert not any(side % 8 for side in pictures.shape[2:])
        return encoder()(pictures)

    assert fit_operators(encode, zoom, 4, scenery(2, 96 * zoom, 96 * zoom)).zoom == zoom
    assert fit_operators(encode, zoom, 4).zoom == zoom
    shares = fidelity_at(zoom + 0.6, plain_space, encode, 4)
    assert 0 < shares[0] < 1


def test_one_picture_is_not_enough_to_fit_on():
    with pytest.raises(ValueError, match="need 2 pictures to fit on or more, not 1"):
        fit_operators(encoder(), 2, 4, scenery(1, 96, 96))


def test_rendering_and_blending_keep_their_laws(space):
    g = space.geometry
    views = render(noise(g, 1, torch.float32, 8), space)
    assert torch.equal(render(views, space), views)
    assert min(agreement(views, space)) == float("inf")
    first = fused = render(blend(noise(g, 2, torch.float32, 8), space), space)
    for _ in range(20):
        fused = render(blend(fused, space), space)
    assert (fused - first).abs().max() < 1e-3 * first.std()


@pytest.mark.parametrize("level", [0, 1])
def test_the_exact_anchor_leaves_no_residual_over_several_levels(space, level):
    g = space.geometry
    photo = noise(g, 7, torch.float32, 8)[0]
    views = PhotoAnchor(photo, level)(noise(g, 2, torch.float32, 8), space)
    seen = 0
    for deeper in range(level + 1, g.levels):
        link = space.link(level, deeper)
        if link is not None:
            seen += 1
            patch = photo[(..., *link.window)]
            assert (link.shrink(views[deeper]) - patch).abs().max() < 1e-3
    assert seen >= 2


def test_a_chain_agrees_with_rendering(space):
    """What level 0 shows of level 2, once rendered, is the chain's shrunk picture."""
    views = render(noise(space.geometry, 3, torch.float32, 8), space)
    link = space.link(0, 2)
    assert torch.allclose(views[0][(..., *link.window)], link.shrink(views[2]), atol=1e-5)


@pytest.mark.parametrize(
    "geometry, words",
    [
        (Geometry(32, 32, (2.5,)), "level 1 has a zoom factor of 2.5"),
        (Geometry(32, 32, (16.0,)), "a whole one from 2 to 8"),
        (Geometry(33, 32, (2.0,)), "a height of 33 latent pixels does not divide"),
        (Geometry(32, 32, (2.0,), ((0.37, 0.5),)), "nearest focus x that does is 0.375"),
    ],
)
def test_geometry_off_the_grid_is_told_why(geometry, words):
    assert words in str(off_grid(geometry))
    with pytest.raises(ValueError, match=words):
        FittedSpace(geometry, {})


def test_auto_is_fitted_for_factors_of_two_on_the_grid_and_else_the_twin():
    assert automatic(Geometry(32, 32, (2.0, 2.0))) == "fitted"
    assert automatic(Geometry(32, 32, (2.0, 4.0))) == "twin"
    assert automatic(Geometry(32, 32, (2.0,), ((0.37, 0.5),))) == "twin"


def test_a_focus_that_was_typed_with_five_digits_is_on_the_grid(operators):
    g = Geometry(96, 96, (2.0, 4.0), ((0.33333, 0.5), (0.37500001, 0.62499999)))
    assert off_grid(g) is None
    views = render(noise(g, 1, torch.float32, 8), FittedSpace(g, operators))
    assert min(agreement(views, FittedSpace(g, operators))) == float("inf")


def test_a_factor_without_operators_is_named(operators):
    with pytest.raises(ValueError, match="No operators were fitted for a zoom factor of 8"):
        FittedSpace(Geometry(32, 32, (8.0,)), operators)


def test_dead_leaves_are_the_same_everywhere_and_look_alike_at_every_scale():
    pictures = dead_leaves(8, 128, 128, seed=1)
    assert torch.equal(pictures, dead_leaves(8, 128, 128, seed=1))
    assert 0 <= pictures.min() and pictures.max() <= 1
    half = functional.avg_pool2d(pictures, 2)
    contrast = [p.diff(dim=-1).square().mean().sqrt() for p in (pictures, half)]
    assert 1.0 < contrast[1] / contrast[0] < 1.9


@pytest.mark.parametrize("solver", ["exact", "adam"])
@pytest.mark.parametrize("kind", ["fitted", "twin"])
def test_a_photo_anchors_operators_that_were_fitted_in_inference_mode(kind, solver):
    """As ComfyUI runs nodes."""
    basis = torch.randn(12, 192, generator=torch.Generator().manual_seed(1)) / 14
    geometry = Geometry(16, 16, (2.0,))

    def encode(pictures):
        return torch.einsum("cp,bphw->bchw", basis, functional.pixel_unshuffle(pictures, 8))

    with torch.inference_mode():
        if kind == "fitted":
            space = FittedSpace(geometry, {2.0: fit_operators(encode, 2, 8, scenery(6, 192, 192))})
        else:
            space = TwinSpace(geometry, fit_twin(encode))
        photo, views = torch.randn(12, 16, 16), torch.randn(2, 12, 16, 16)
        anchored = PhotoAnchor(photo, solver=solver)(views, space)
        link = space.link(0, 1)
        patch = photo[(..., *link.window)]
        before, after = ((link.shrink(v[1]) - patch).square().mean() for v in (views, anchored))
    assert after < 0.9 * before
