import math

import pytest
import torch
from ladders import LADDERS, NAMES, ZOOMS, even, mixed

from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.plain import PlainSpace, plain_space, shrink_matrix

SPACES = [PlainSpace(g) for g in LADDERS]


def links(space):
    return [space.link(level, level + 1) for level in range(space.geometry.levels - 1)]


@pytest.mark.parametrize("space", SPACES, ids=NAMES)
def test_noise_rows_are_orthonormal(space):
    for link in links(space):
        for axis in (link._rows, link._columns):
            w = axis.noise.values
            assert torch.dist(w @ w.T, torch.eye(len(w), dtype=w.dtype)) < 1e-6


@pytest.mark.parametrize("space", SPACES, ids=NAMES)
def test_shrinking_and_enlarging_keep_a_constant(space):
    g = space.geometry
    flat = torch.full((3, g.height, g.width), 0.37, dtype=torch.float64)
    for link in links(space):
        patch = link.shrink(flat)
        assert torch.allclose(patch, torch.full_like(patch, 0.37), atol=1e-12)
        assert torch.allclose(link.enlarge(patch), flat, atol=1e-12)


@pytest.mark.parametrize("space", SPACES, ids=NAMES)
def test_a_lift_shrinks_to_the_change_it_was_made_for(space):
    generator = torch.Generator().manual_seed(1)
    for link in links(space):
        rows, columns = link.window
        shape = (2, rows.stop - rows.start, columns.stop - columns.start)
        change = torch.randn(shape, generator=generator, dtype=torch.float64)
        lifted = link.lift(change)
        assert torch.allclose(link.shrink(lifted), change, atol=1e-9)
        assert lifted.std() < 2 * change.std()


@pytest.mark.parametrize("zooms, left", [((1.7,), 1e-9), ((1.3,), 1e-6), ((1.3, 1.2), 1e-3)])
def test_a_lift_is_exact_where_a_zoom_is_small(zooms, left):
    """There D U is nearly blind to the finest grain, which must not be given up."""
    link = plain_space(Geometry(33, 47, zooms)).link(0, len(zooms))
    shape = (w.stop - w.start for w in link.window)
    change = torch.randn(*shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    assert (link.shrink(link.lift(change)) - change).abs().max() < left


@pytest.mark.parametrize("zoom", ZOOMS)
def test_a_centred_blob_stays_where_it_is(zoom):
    """Both public implementations slip by +0.25 (p = 2) and +0.375 (p = 4) coarse pixels."""
    g = Geometry(120, 100, (zoom,))
    (rows, columns), link = g.placement(0, 1), plain_space(g).link(0, 1)
    y, x = torch.meshgrid(torch.arange(120) + 0.5, torch.arange(100) + 0.5, indexing="ij")
    blob = torch.exp(-((y - 60) ** 2 + (x - 50) ** 2) / (2 * (4 * zoom) ** 2)).double()
    patch = link.shrink(blob)
    for axis, placement in ((0, rows), (1, columns)):
        mass = patch.sum(1 - axis)
        at = torch.arange(placement.window.start, placement.window.stop) + 0.5
        centre = float((mass * at).sum() / mass.sum())
        assert abs(centre - placement.size / 2) < 0.02


def test_for_a_whole_factor_the_rows_do_not_overlap():
    rows, _ = even(4.0, height=64, width=64).placement(0, 1)
    d = shrink_matrix(rows)
    assert ((d > 0).sum(0) == 1).all()
    assert ((d > 0).sum(1) == 4).all()


def test_a_chain_is_the_product_of_its_links():
    """A second way: shrink level by level on whole canvases, and keep what was wholly seen."""
    g = mixed(height=143, width=154)
    space = PlainSpace(g)
    picture = torch.randn(1, 143, 154, dtype=torch.float64)
    patch, seen, window = picture, torch.ones_like(picture), None
    for level in (2, 1, 0):
        link = space.link(level, level + 1)
        window = link.window
        patch, seen = link.shrink(patch), link.shrink(seen)
        canvas, mask = torch.zeros_like(picture), torch.zeros_like(picture)
        canvas[(..., *window)], mask[(..., *window)] = patch, seen
        patch, seen = canvas, mask
    chain = space.link(0, 3)
    whole = torch.zeros_like(seen, dtype=torch.bool)
    whole[(..., *chain.window)] = True
    assert torch.equal(whole, seen > 1 - 1e-9)
    assert torch.allclose(patch[(..., *chain.window)], chain.shrink(picture))


def test_a_row_is_the_gaussian_cut_off_at_its_footprint():
    d = shrink_matrix(even(4.0, height=64, width=64).placement(0, 1)[0])
    outer, inner, *_ = d[3][d[3] > 0]
    below = [math.erf(t / 2**0.5) / 2 for t in (0.5, 1.0)]  # in deviations of half a footprint
    assert float(outer / inner) == pytest.approx((below[1] - below[0]) / below[0])


@pytest.mark.parametrize("factor", (3, 5, 7))
def test_at_odd_factors_a_row_is_kornias_gaussian_kernel(factor):
    """A second implementation, for the factors that it has: its kernels have a middle pixel."""
    from kornia.filters import get_gaussian_erf_kernel1d

    size = 21 * factor  # so that the frame begins with a whole pixel
    d = shrink_matrix(Geometry(size, size, (float(factor),)).placement(0, 1)[0])
    kernel = get_gaussian_erf_kernel1d(factor, factor / 2, dtype=torch.float64)[0]
    for row in d:
        assert torch.allclose(row[row > 1e-9], kernel, atol=1e-9)


def test_where_no_pixel_shows_the_child_there_is_no_link():
    assert PlainSpace(Geometry(8, 8, (20.0,))).link(0, 1) is None
    assert PlainSpace(Geometry(32, 32, (4.0,) * 5)).link(0, 4) is None


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_matrices_follow_the_picture_and_serve_autograd_after_inference_mode(dtype):
    width = 35 if dtype == torch.float32 else 37  # a geometry that no other test has met
    with torch.inference_mode():
        link = PlainSpace(Geometry(33, width, (2.0,), ((0.5, 0.44),))).link(0, 1)
        assert link.shrink(torch.zeros(1, 33, width, dtype=dtype)).dtype == dtype
    leaf = torch.zeros(1, 33, width, requires_grad=True, dtype=dtype)
    link.shrink(leaf).sum().backward()
    assert leaf.grad is not None
