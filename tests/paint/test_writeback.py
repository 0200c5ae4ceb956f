"""An edit of one level shows in every level that sees it, and nowhere else."""

import pytest
import torch

from zoomstack import Geometry, agreement, blend, render
from zoomstack.paint.edit.writeback import write_back
from zoomstack.spaces.plain import plain_space

WHOLE = Geometry(64, 64, (2.0, 2.0, 4.0))
RING = Geometry(64, 64, (2.0, 2.0, 4.0, 2.0), closed=True)
REAL = Geometry(63, 90, (2.5, 1.7, 2.0), ((0.37, 0.55), (0.5, 0.5), (0.4, 0.6)))


def consistent(geometry, seed=0):
    shape = (geometry.levels, 3, geometry.height, geometry.width)
    views = torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return render(blend(views, geometry).clamp(0, 1), geometry)


def an_edit(geometry, level, stack):
    mask = torch.zeros(geometry.height, geometry.width, dtype=torch.float64)
    mask[22:41, 25:47] = 1
    return torch.where(mask > 0, 1 - stack[level], stack[level]), mask


def test_the_edit_shows_two_levels_above():
    stack = consistent(WHOLE)
    edited, mask = an_edit(WHOLE, 2, stack)
    result = write_back(stack, WHOLE, 2, edited, mask)
    space = plain_space(WHOLE)
    one, two = space.link(1, 2), space.link(0, 1)
    assert torch.equal(result[1][(..., *one.window)], one.shrink(result[2]))
    assert torch.equal(result[0][(..., *two.window)], two.shrink(result[1]))
    # And it is the edit that shows there: what changed is the edit's change, shrunk twice.
    seen = space.link(0, 2)
    change = (result[0] - stack[0])[(..., *seen.window)]
    assert change.abs().max() > 0.1
    assert torch.allclose(change, seen.shrink(result[2] - stack[2]), atol=1e-12)


@pytest.mark.parametrize("geometry", [WHOLE, REAL, RING], ids=["whole", "real", "ring"])
@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_all_levels_agree_after_it(geometry, level):
    stack = consistent(geometry)
    edited, mask = an_edit(geometry, level, stack)
    result = write_back(stack, geometry, level, edited, mask)
    assert min(agreement(result, geometry)) > (180 if geometry.closed else 250)
    assert 0 <= float(result.min()) and float(result.max()) <= 1


@pytest.mark.parametrize("geometry", [WHOLE, REAL], ids=["whole", "real"])
@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_what_does_not_see_the_edit_stays_bit_for_bit(geometry, level):
    stack = consistent(geometry)
    edited, mask = an_edit(geometry, level, stack)
    result = write_back(stack, geometry, level, edited, mask)
    same = (result == stack).all(1)
    assert same[level][mask == 0].all()
    space = plain_space(geometry)
    for wider in range(level):
        link = space.link(wider, level)
        sees = torch.zeros_like(mask, dtype=torch.bool)
        if link is not None:
            rows, columns = link.window
            # One more pixel around: real factors' footprints overlap level by level.
            sees[rows.start - 1 : rows.stop + 1, columns.start - 1 : columns.stop + 1] = True
        assert same[wider][~sees].all()


def test_the_edited_level_shows_the_edit_where_a_deeper_one_sees_it_too():
    stack = consistent(WHOLE)
    edited, mask = an_edit(WHOLE, 1, stack)
    result = write_back(stack, WHOLE, 1, edited, mask)
    outside = mask.bool().clone()
    link = plain_space(WHOLE).link(1, 2)
    outside[link.window] = False
    assert torch.equal(result[1][:, outside], edited[:, outside])
    assert (result[1] - edited).abs().max() < 0.15
    assert (result[1] - edited).square().mean().sqrt() < 0.02
    # The deeper level has none of what it showed before.
    down, across = link.window
    middle = (slice(None), slice(24, 40), slice(24, 40))
    assert (result[2] - stack[2])[middle].abs().mean() > 0.1


def test_an_edit_of_the_deepest_level_is_kept_exactly():
    stack = consistent(REAL)
    edited, mask = an_edit(REAL, 3, stack)
    assert torch.equal(write_back(stack, REAL, 3, edited, mask)[3], edited)


def test_an_empty_mask_changes_nothing_even_where_levels_disagree():
    stack = torch.rand(4, 3, 63, 90)
    result = write_back(stack, REAL, 1, torch.rand(3, 63, 90), torch.zeros(63, 90))
    assert torch.equal(result, stack)


def test_a_stack_of_one_level():
    one = Geometry(64, 64, ())
    stack = torch.rand(1, 3, 64, 64)
    edited, mask = torch.rand(3, 64, 64), torch.zeros(64, 64)
    mask[10:20, 10:20] = 1
    result = write_back(stack, one, 0, edited, mask)[0]
    assert torch.equal(result, torch.where(mask > 0, edited, stack[0]))


def test_a_level_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="level 4 but the stack has 4 levels; set its level from"):
        write_back(torch.rand(4, 3, 64, 64), WHOLE, 4, torch.rand(3, 64, 64), torch.zeros(64, 64))


def test_it_works_in_inference_mode_and_half_precision():
    with torch.inference_mode():
        stack = consistent(WHOLE).half()
        edited, mask = an_edit(WHOLE, 1, stack)
        result = write_back(stack, WHOLE, 1, edited.half(), mask)
    assert result.dtype == torch.float16 and result.isfinite().all()
