import pytest
import torch
from ladders import LADDERS, NAMES, even, noise

from zoomstack.joint.blend import agreement
from zoomstack.joint.render import render, render_noise, seeded
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.plain import plain_space


@pytest.mark.parametrize("g", LADDERS, ids=NAMES)
def test_rendering_twice_changes_nothing(g):
    views = render(noise(g), g)
    assert torch.equal(render(views, g), views)


@pytest.mark.parametrize("g", LADDERS, ids=NAMES)
def test_neighbours_agree_to_float_precision(g):
    views = render(noise(g, dtype=torch.float32), g)
    for level in range(g.levels - 1):
        link = plain_space(g).link(level, level + 1)
        assert torch.equal(views[level][(..., *link.window)], link.shrink(views[level + 1]))
    assert min(agreement(views, g)) == float("inf")


@pytest.mark.parametrize("g", LADDERS, ids=NAMES)
@pytest.mark.parametrize("axis", [2, 3])
def test_a_mirrored_stack_gives_mirrored_views(g, axis):
    flipped = tuple((x, 1 - y) if axis == 2 else (1 - x, y) for x, y in g.focus)
    mirror = Geometry(g.height, g.width, g.zooms, flipped)
    stack = noise(g)
    for op in (render, render_noise):
        assert torch.allclose(op(stack.flip(axis), mirror), op(stack, g).flip(axis), atol=1e-12)


@pytest.mark.parametrize("g", LADDERS, ids=NAMES)
def test_rendered_noise_is_white(g):
    draws = torch.stack([render_noise(noise(g, seed, channels=4), g) for seed in range(24)])
    # The windows on their own as well: they are a small part of their levels.
    shown = [(..., *plain_space(g).link(i, i + 1).window) for i in range(g.levels - 1)]
    windows = [draws[:, level][window] for level, window in enumerate(shown)]
    for level in (*draws.unbind(1), *windows):
        assert abs(level.mean()) < 0.03
        assert abs(level.std() - 1) < 0.03
        for shifted, still in (
            (level[..., 1:], level[..., :-1]),
            (level[..., 1:, :], level[..., :-1, :]),
        ):
            assert abs((shifted * still).mean()) < 0.03


def test_the_deepest_view_is_its_level():
    g = even(2.5)
    stack = noise(g)
    assert torch.equal(render(stack, g)[-1], stack[-1])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_dtype_and_shape_follow_the_input(dtype):
    g = even(2.0)
    assert render(noise(g).to(dtype), g).dtype == dtype


def test_the_whole_film_renders():
    g = Geometry(16, 16, (2.0,) * 132)
    assert render_noise(noise(g), g).isfinite().all()


def test_another_size_than_the_geometry_is_refused():
    with pytest.raises(ValueError, match=r"4 levels of 53 x 74 .* \(4, 2, 53, 70\)"):
        render(torch.zeros(4, 2, 53, 70), even(2.0))


def test_levels_with_a_seed_have_the_noise_of_a_batch_of_their_own():
    white = torch.randn(3, 2, 5, 7, generator=torch.Generator().manual_seed(0))
    own = seeded(white, (None, 4, None))
    assert torch.equal(own[[0, 2]], white[[0, 2]])
    alone = torch.randn(1, 2, 5, 7, generator=torch.Generator().manual_seed(4))
    assert torch.equal(own[1:2], alone)
    assert torch.equal(seeded(white.half(), (4, 4, 4))[2], alone[0].half())
    assert torch.equal(seeded(white, ()), white)
    with pytest.raises(ValueError, match="2 seeds for the noise of 3 levels"):
        seeded(white, (1, 2))
