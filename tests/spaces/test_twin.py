import pytest
import torch
from encoders import encoder
from ladders import LADDERS, NAMES, mixed, noise
from torch.nn import functional

from zoomstack.joint.anchor import PhotoAnchor
from zoomstack.joint.blend import agreement, blend
from zoomstack.joint.consensus import Consensus
from zoomstack.joint.render import render, render_noise
from zoomstack.joint.through_pixels import ThroughPixels
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.codec import difference
from zoomstack.spaces.fitting.fidelity import fidelity, fidelity_at
from zoomstack.spaces.fitting.leaves import dead_leaves
from zoomstack.spaces.pairs import patch
from zoomstack.spaces.plain import plain_space
from zoomstack.spaces.twin.fit import fit_twin
from zoomstack.spaces.twin.space import TwinSpace

MOVED = Geometry(20, 28, (2.5, 1.7), ((0.37, 0.5), (0.61, 0.45)))


def patches(ratio=4):
    """An autoencoder that is linear and loses nothing: an orthonormal transform of each patch."""
    size = 3 * ratio**2
    generator = torch.Generator().manual_seed(2)
    turn = torch.linalg.qr(torch.randn(size, size, generator=generator, dtype=torch.float64))[0]

    def encode(pictures):
        x = functional.pixel_unshuffle(pictures.double() * 2 - 1, ratio)
        return torch.einsum("oc,bchw->bohw", turn, x).to(pictures)

    def decode(latents):
        x = torch.einsum("co,bchw->bohw", turn, latents.double()).to(latents)
        return functional.pixel_shuffle(x, ratio) / 2 + 0.5

    return encode, decode


@pytest.fixture(scope="module")
def exact():
    return fit_twin(patches()[0], ratio=4)


@pytest.fixture(scope="module")
def twin():
    return fit_twin(encoder(), ratio=4)


def latents(g, seed=0, channels=8, dtype=torch.float32):
    return noise(g, seed, dtype, channels)


def white(link, channels, height, width):
    """How far W W^T is from the identity, for all of a link's noise."""
    one = torch.eye(channels * height * width).reshape(-1, channels, height, width)
    w = link.shrink_noise(one).flatten(1).T
    return torch.dist(w @ w.T, torch.eye(len(w))) / len(w) ** 0.5


def test_the_twin_of_a_linear_autoencoder_is_that_autoencoder(exact):
    """Real factors and moved centres included: coupling in it is coupling the pictures."""
    encode, decode = patches()
    g = MOVED
    pictures = g.resized(g.height * 4, g.width * 4)
    shown = dead_leaves(g.levels, pictures.height, pictures.width, seed=5)
    space, pixels = TwinSpace(g, exact), plain_space(pictures)
    for level in range(g.levels - 1):
        link, truth = space.link(level, level + 1), pixels.link(level, level + 1)
        views = encode(shown)
        rows, columns = (
            slice(w.start * 4 - p.start, w.stop * 4 - p.start)
            for w, p in zip(link.window, truth.window, strict=True)
        )
        seen = decode(link.shrink(views[level + 1])[None])[0]
        assert (seen - truth.shrink(shown[level + 1])[:, rows, columns]).abs().max() < 1e-3
    assert min(exact.explained) > 0.999
    assert min(fidelity_at(2.5, lambda at: TwinSpace(at, exact), encode, 4)) > 0.999


def test_it_is_resampled_as_its_pixels_are_to_the_very_edge(twin):
    """Against the slow way: decode, resample the pixels, encode with the edge going on."""
    g = Geometry(16, 24, (2.0,), ((0.25, 0.75),))
    link = TwinSpace(g, twin).link(0, 1)
    pixels = plain_space(g.resized(g.height * twin.detail, g.width * twin.detail)).link(0, 1)
    wide, deep = latents(g)
    part = patch(wide, link)
    ways = (
        (link.shrink(deep), twin.encoded(pixels.shrink(twin.pixels(deep)))),
        (link.enlarge(part), twin.encoded(pixels.enlarge(twin.pixels(part)))),
    )
    for got, want in ways:
        assert (got - want).abs().max() < 1e-4 * want.abs().max()


@pytest.mark.parametrize("coupling", ["joint", "iterative"])
def test_coupling_in_the_twins_pixels_is_coupling_the_pictures(exact, coupling):
    encode, decode = patches()
    consensus, pictures = Consensus(coupling), MOVED.resized(MOVED.height * 4, MOVED.width * 4)
    shown = dead_leaves(MOVED.levels, pictures.height, pictures.width, seed=6)

    def met(views, sigma):
        return consensus(views, pictures)

    couple = ThroughPixels(met, exact.pixels, difference(exact.encoded))
    linear = ThroughPixels(met, exact.pixels, exact.encoded_change)
    assert torch.allclose(
        couple(encode(shown), torch.tensor(1.0)),
        linear(encode(shown), torch.tensor(1.0)),
        atol=1e-4,
    )
    views = couple(encode(shown), torch.tensor(1.0))
    assert (decode(views) - consensus(shown, pictures)).abs().max() < 1e-3
    again = couple(views, torch.tensor(1.0))
    assert (decode(again) - decode(views)).abs().max() < 1e-3


@pytest.mark.parametrize("g", LADDERS, ids=NAMES)
def test_what_agrees_stays_and_what_does_not_agrees_after_one_pass(twin, g):
    g = g.resized(28, 36)
    space = TwinSpace(g, twin)
    consensus = Consensus()
    once = consensus(latents(g, 2), space)
    finite = [value for value in agreement(once, space) if value == value]
    assert min(finite) == float("inf")
    again = consensus(once, space)
    assert (again - once).abs().max() < 1e-4 * once.std()
    views = render(latents(g, 3), space)
    assert torch.equal(render(views, space), views)
    assert (blend(views, space) - views).abs().max() < 1e-4 * views.std()


@pytest.mark.parametrize("zoom, focus", [(2.0, 0.5), (2.5, 0.37), (4.0, 0.5), (1.7, 0.6)])
def test_noise_is_exactly_white(twin, zoom, focus):
    g = Geometry(8, 9, (zoom,), ((focus, 0.5),))
    assert white(TwinSpace(g, twin).link(0, 1), 8, 8, 9) < 1e-3


def test_shared_noise_is_what_the_twin_shows_of_it(twin):
    """The noise of a shrunk latent follows the shrunk noise: it is that, made white."""
    g = Geometry(24, 24, (2.5,))
    space = TwinSpace(g, twin)
    link = space.link(0, 1)
    shared = render_noise(latents(g, 4), space)
    shown = shared[0][(..., *link.window)]
    shrunk = link.shrink(shared[1]) - link.shrink(torch.zeros_like(shared[1]))
    for c in range(8):
        pair = torch.stack([shown[c].flatten(), shrunk[c].flatten()])
        assert torch.corrcoef(pair)[0, 1] > 0.3, c


@pytest.mark.parametrize("strength", [1.0, 0.4])
def test_the_exact_anchor_goes_its_strength_of_the_way(twin, strength):
    g = MOVED
    space = TwinSpace(g, twin)
    photo, before = latents(g, 7)[0], latents(g, 1)
    after = PhotoAnchor(photo, strength=strength)(before, space)
    for deeper in (1, 2):
        link = space.link(0, deeper)
        target = photo[(..., *link.window)]
        was, left = (target - link.shrink(views[deeper]) for views in (before, after))
        assert (left - (1 - strength) * was).abs().max() < 2e-3


def test_the_anchor_of_the_paper_descends(twin):
    """In inference mode too, where ComfyUI runs its nodes."""
    g = MOVED
    space = TwinSpace(g, twin)
    photo, before = latents(g, 7)[0], latents(g, 1)
    with torch.inference_mode():
        after = PhotoAnchor(photo, solver="adam", steps=20)(before, space)
    link = space.link(0, 1)
    target = photo[(..., *link.window)]
    was, left = ((target - link.shrink(views[1])).square().mean() for views in (before, after))
    assert left < 0.2 * was


def test_links_that_lie_alike_are_one_and_those_of_another_twin_are_not(twin):
    """Also in the next run's space, whose twin may be a copy."""
    space = TwinSpace(Geometry(20, 28, (2.5, 2.5)), twin)
    again = twin._replace(decode=twin.decode.clone())
    assert space.link(0, 1) is space.link(1, 2) is not space.link(0, 2)
    assert TwinSpace(Geometry(20, 28, (2.5,)), again).link(0, 1) is space.link(0, 1)
    other = twin._replace(decode=2 * twin.decode)
    assert TwinSpace(Geometry(20, 28, (2.5,)), other).link(0, 1) is not space.link(0, 1)


def test_shrinking_and_its_transpose_belong_together(twin):
    link = TwinSpace(MOVED, twin).link(0, 1)
    x = torch.randn(8, 20, 28, dtype=torch.float64)
    shrunk = link._shrink(x)
    y = torch.randn_like(shrunk)
    assert (shrunk * y).sum() == pytest.approx(float((x * link.transposed(y)).sum()), rel=1e-9)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_the_dtype_is_kept(twin, dtype):
    space = TwinSpace(MOVED, twin)
    views = latents(MOVED).to(dtype)
    fused = Consensus()(views, space)
    assert fused.dtype == dtype and render_noise(views, space).dtype == dtype
    exact = Consensus()(views.double(), space)
    assert (fused.double() - exact).abs().max() < 0.05 * exact.std()


def test_one_level_is_left_alone(twin):
    g = Geometry(8, 8, ())
    views = latents(g)
    assert Consensus()(views, TwinSpace(g, twin)) is views
    assert torch.equal(render(views, TwinSpace(g, twin)), views)


def test_a_level_too_deep_to_be_seen_has_no_link(twin):
    g = Geometry(8, 8, (4.0, 4.0))
    space = TwinSpace(g, twin)
    assert space.link(0, 1) is not None and space.link(0, 2) is None


def test_it_explains_more_than_resampling_channel_by_channel(twin):
    pictures = dead_leaves(4, 112, 112, seed=9)
    for zoom, focus in ((2.0, 0.5), (2.5, 0.37), (3.3, 0.5)):
        g = Geometry(28, 28, (zoom,), ((focus, 0.5),))
        learned = fidelity(TwinSpace(g, twin), encoder(), 4, pictures)
        plain = fidelity(plain_space(g), encoder(), 4, pictures)
        assert all(0 <= share <= 1 for share in (*learned, *plain))
        assert 1 - learned[0] < 0.5 * (1 - plain[0])
        assert learned[1] > plain[1]


def test_latents_that_no_picture_has_are_averaged(twin):
    """Unused channels: their noise is white as well, and anchors reach them."""
    generator = torch.Generator().manual_seed(1)
    spare = torch.linalg.qr(torch.randn(11, 11, generator=generator))[0][:, :8]

    def encode(pictures):
        return torch.einsum("oc,bchw->bohw", spare, encoder()(pictures))

    padded = fit_twin(encode, ratio=4)
    assert torch.linalg.matrix_rank(padded.unused, atol=1e-3) == 3
    g = Geometry(8, 7, (2.5,))
    link = TwinSpace(g, padded).link(0, 1)
    assert white(link, 11, 8, 7) < 1e-3
    c = torch.randn(11, *(w.stop - w.start for w in link.window))
    # A constant among them stays that constant, as under every average.
    constant = padded.unused.sum(1)[:, None, None].expand(11, 8, 7)
    kept = link.shrink(constant) - link.shrink(torch.zeros(11, 8, 7))
    assert (kept - constant[:, :1, :1]).abs().max() < 2e-2 * constant.abs().max()
    before = torch.randn(11, 8, 7)
    assert (link.shrink(before + link.lift(c)) - link.shrink(before) - c).abs().max() < 2e-3


def test_the_same_fit_serves_every_size(twin):
    for g in (Geometry(9, 31, (1.3,)), mixed(40, 24)):
        views = Consensus()(latents(g), TwinSpace(g, twin))
        assert views.isfinite().all()


def test_what_cannot_be_measured_is_said(twin):
    with pytest.raises(ValueError, match="too small to show level 1"):
        g = Geometry(4, 4, (8.0,))
        fidelity(TwinSpace(g, twin), encoder(), 4, torch.zeros(1, 3, 16, 16))
