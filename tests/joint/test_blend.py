import itertools

import pytest
import torch
from ladders import LADDERS, NAMES, even, noise
from torch.fx.experimental.proxy_tensor import make_fx

from zoomstack.joint.blend import agreement, blend, border_share, octave_share
from zoomstack.joint.render import render
from zoomstack.scene.geometry import Geometry

OPTIONS = list(itertools.product(["snr", "uniform"], [0.0, 0.25, 0.5]))


def fuse(views, g, **options):
    return render(blend(views, g, **options), g)


def psnr(a, b):
    peak = b.max() - b.min()
    return float(-10 * torch.log10((a - b).square().mean() / peak**2))


@pytest.mark.parametrize("g", LADDERS, ids=NAMES)
@pytest.mark.parametrize("weighting, feather", OPTIONS)
def test_a_consistent_stack_survives_twenty_passes(g, weighting, feather):
    """Averaging pyramids of cropped pictures ends at -23 dB; a public implementation at 28 dB."""
    consistent = views = render(noise(g, dtype=torch.float32), g)
    for _ in range(20):
        views = fuse(views, g, weighting=weighting, feather=feather)
    assert psnr(views, consistent) >= 70


@pytest.mark.parametrize("g", LADDERS, ids=NAMES)
@pytest.mark.parametrize("weighting, feather", OPTIONS)
def test_forty_passes_of_noise_do_not_drift(g, weighting, feather):
    first = views = fuse(noise(g), g, weighting=weighting, feather=feather)
    for _ in range(39):
        views = fuse(views, g, weighting=weighting, feather=feather)
    assert (views - first).abs().max() < 1e-3 * first.std()


@pytest.mark.parametrize("g", LADDERS, ids=NAMES)
@pytest.mark.parametrize("weighting, feather", [pair for pair in OPTIONS if pair[1] < 0.5])
def test_a_pass_over_noise_never_grows_the_norm_by_more_than_a_tenth(g, weighting, feather):
    """A wider view's enlarged noise is stronger than one's own; at feather 0.5, where the wider
    views rule almost everywhere, it grows by up to an eighth."""
    start = noise(g)
    assert fuse(start, g, weighting=weighting, feather=feather).norm() <= 1.1 * start.norm()


@pytest.mark.parametrize("g", LADDERS, ids=NAMES)
def test_a_child_that_contradicts_its_surroundings_leaves_no_square(g):
    contradiction = torch.ones(g.levels, 1, g.height, g.width, dtype=torch.float64)
    contradiction[0] = 0.0
    hard, soft = (fuse(contradiction, g, feather=feather)[0, 0] for feather in (0.0, 0.25))

    def step(view):
        return max(view.diff(dim=0).abs().max(), view.diff(dim=1).abs().max())

    assert step(soft) < 0.75 * step(hard)
    rows, columns = (placement.window for placement in g.placement(0, 1))
    middle = (rows.start + rows.stop) // 2, (columns.start + columns.stop) // 2
    assert soft[middle] > 0.5


@pytest.mark.parametrize("g", LADDERS, ids=NAMES)
@pytest.mark.parametrize("axis", [2, 3])
def test_mirrored_views_give_a_mirrored_stack(g, axis):
    """Of shrinking and enlarging both: a slip of either shows here."""
    flipped = tuple((x, 1 - y) if axis == 2 else (1 - x, y) for x, y in g.focus)
    mirror, views = Geometry(g.height, g.width, g.zooms, flipped), noise(g)
    assert torch.allclose(blend(views.flip(axis), mirror), blend(views, g).flip(axis), atol=1e-9)


def test_the_widest_view_reaches_every_level():
    views = torch.zeros(4, 1, 53, 74, dtype=torch.float64)
    views[0] = 1
    assert blend(views, even(2.0), feather=0.0)[3].abs().max() > 0.001


def test_halves_are_computed_in_single_precision():
    g = even(2.0)
    views = noise(g).half()
    for operation in (render, blend):
        assert torch.equal(operation(views, g), operation(views.float(), g).half())


def test_agreement_is_relative_to_the_peak():
    g = even(2.0)
    assert agreement(2 * noise(g), g, peak=2.0) == pytest.approx(agreement(noise(g), g))


def test_shares_count_the_views_that_see_the_octave():
    g = Geometry(64, 64, (2.0, 2.0, 4.0))
    assert octave_share(g, 1, 0, "uniform") == 1 / 2
    assert octave_share(g, 1, 5, "uniform") == 1 / 2
    assert [octave_share(g, 3, k, "uniform") for k in range(4)] == [1 / 2, 2 / 3, 3 / 4, 3 / 4]
    assert octave_share(g, 1, 0, "snr") == pytest.approx(0.25 / 1.25)
    seen = 1 / 16 + 1 / 64
    assert octave_share(g, 3, 1, "snr") == pytest.approx(seen / (1 + seen))


def test_the_border_is_where_the_frame_is_nearest_row_by_row():
    """Pixel by pixel, on a square level whose rows and columns lie differently in the frame."""
    placements = Geometry(40, 40, (2.3,), ((0.37, 0.6),)).placement(0, 1)
    share = border_share(placements, 0.25).values
    rows, columns = (p.window for p in placements)
    assert share.shape == (rows.stop - rows.start, columns.stop - columns.start)
    for row, column in itertools.product(*map(range, share.shape)):
        nearest = 1.0
        for placement, pixel in zip(
            placements, (rows.start + row, columns.start + column), strict=True
        ):
            at = (pixel + 0.5 - placement.left) * 2.3 / 40
            nearest = min(nearest, at, 1 - at)
        t = 1 - min(nearest / 0.25, 1)
        assert float(share[row, column]) == pytest.approx(3 * t**2 - 2 * t**3)


def test_the_naive_average_is_the_mean_of_enlarged_pictures():
    g = even(2.0, levels=3, height=16, width=16)
    views = torch.stack([torch.full((1, 16, 16), v, dtype=torch.float64) for v in (0.0, 3.0, 9.0)])
    levels = blend(views, g, method="average").mean((1, 2, 3))
    assert torch.allclose(levels, torch.tensor([0.0, 1.5, 4.0], dtype=torch.float64))


def test_the_naive_average_loses_what_laplacian_blending_keeps():
    g = even(2.0, levels=4, height=64, width=64)
    views = noise(g)
    kept, lost = (blend(views, g, feather=0.0, method=m) for m in ("laplacian", "average"))
    fine = [level.diff(dim=-1).square().mean() for level in (views[3], kept[3], lost[3])]
    assert fine[1] > 0.8 * fine[0]
    assert fine[2] < 0.2 * fine[0]


def test_agreement_is_in_decibels_a_pair():
    g = even(2.0, levels=3, height=16, width=16)
    views = torch.stack([torch.full((1, 16, 16), v) for v in (0.5, 0.6, 0.6)])
    first, second = agreement(views, g)
    assert first == pytest.approx(20, abs=1e-3)
    assert second > 120
    assert agreement(views[:1], Geometry(16, 16, ())) == ()


def test_one_level_is_left_alone():
    g = Geometry(16, 16, ())
    view = noise(g)
    assert torch.equal(fuse(view, g), view)


def test_the_whole_film_blends():
    g = Geometry(16, 16, (2.0,) * 132)
    assert fuse(noise(g), g).isfinite().all()


@pytest.mark.parametrize(
    "options, words",
    [
        ({"weighting": "best"}, "weighting is 'best'; it must be one of snr, uniform"),
        ({"method": "max"}, "method is 'max'; it must be one of laplacian, average"),
        ({"feather": 0.6}, "feather is 0.6; it must be from 0 to 0.5"),
    ],
)
def test_options_that_do_not_exist_are_named(options, words):
    g = even(2.0)
    with pytest.raises(ValueError, match=words):
        blend(noise(g), g, **options)


@pytest.mark.parametrize("g", [LADDERS[-1]], ids=[NAMES[-1]])
def test_a_pass_is_one_graph_of_tensors_that_can_be_compiled(g):
    """No Python between the operators, no copy from another device: matrices are constants."""
    views = noise(g, dtype=torch.float32)
    fuse(views, g)  # the matrices are made
    graph = make_fx(lambda x: fuse(x, g))(views)
    # A product may be turned round, which rounds otherwise.
    compiled = torch.compile(graph, fullgraph=True, backend="eager")
    assert torch.allclose(compiled(views), fuse(views, g), atol=1e-5)
    asked = {str(node.target) for node in graph.graph.nodes if node.op == "call_function"}
    assert not [name for name in asked if "_to_copy" in name or "item" in name], asked
