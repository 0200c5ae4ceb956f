"""Large matrices are applied in blocks without their zeros: what rests on the products holds."""

import pytest
import torch

from zoomstack.joint.blend import agreement, blend
from zoomstack.joint.render import render
from zoomstack.linear.matrix import BLOCK, LEAST, Matrix, separable
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.fitting.leaves import dead_leaves
from zoomstack.spaces.plain import as_space

LARGE = Geometry(288, 331, (2.0, 2.5), ((0.5, 0.4), (0.45, 0.5)))
DTYPES = {torch.float32: 2e-6, torch.float64: 1e-13}


def banded(rows, columns):
    """Random entries around the diagonal."""
    values = torch.randn(rows, columns, dtype=torch.float64)
    at = torch.arange(rows)[:, None] / rows - torch.arange(columns)[None] / columns
    return values * (at.abs() < 0.02)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [(192, 600), (300, 150), (5 * BLOCK + 1, 257)], ids=str)
def test_blocks_give_the_whole_matrix_product(dtype, size):
    rows, columns = Matrix(banded(*size)), Matrix(banded(size[1], size[0]))
    picture = torch.randn(2, 3, size[1], size[0], dtype=dtype)
    assert rows._parts(picture) and columns._parts(picture), "else nothing is tested here"
    whole = rows.like(picture) @ picture @ columns.like(picture).T
    error = (separable(rows, columns, picture) - whole).abs().max()
    assert error <= 10 * DTYPES[dtype] * whole.abs().max()


def test_a_matrix_without_zeros_and_a_small_one_stay_whole():
    picture = torch.randn(1, 300, 300)
    assert not Matrix(torch.randn(300, 300, dtype=torch.float64))._parts(picture)
    assert not Matrix(banded(LEAST // 300, 300))._parts(picture)
    assert not Matrix(banded(300, 300))._parts(picture.requires_grad_())


def test_a_row_of_zeros_is_zero():
    values = banded(300, 300)
    values[:BLOCK] = 0
    assert Matrix(values).down(torch.randn(1, 300, 4))[:, :BLOCK].abs().max() == 0


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_large_stack_keeps_its_promises(dtype):
    """Rendered views agree to the last bit, stay as they are, and are lifted to what is asked."""
    views = render(torch.randn(3, 2, 288, 331, dtype=dtype), LARGE)
    assert agreement(views, LARGE) == (float("inf"), float("inf"))
    assert torch.equal(render(views, LARGE), views)
    assert (blend(views, LARGE) - views).abs().max() < 20 * DTYPES[dtype] * views.abs().max()
    link = as_space(LARGE).link(0, 1)
    change = torch.randn_like(views[0][(..., *link.window)])
    moved = link.shrink(views[1] + link.lift(change)) - link.shrink(views[1])
    assert (moved - change).abs().max() < 20 * DTYPES[dtype] * views.abs().max()


def test_twenty_passes_over_a_large_stack_do_not_wear_it():
    first = views = render(dead_leaves(3, 288, 331, seed=1), LARGE)
    for _ in range(20):
        views = render(blend(views, LARGE), LARGE)
    assert (views - first).abs().max() < 1e-4
