"""All levels on one sheet: in their order, and no larger than a level."""

import pytest
import torch

from zoomstack.scene.sheet import sheet


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9, 64])
@pytest.mark.parametrize("unit", [1, 2, 8])
def test_levels_lie_row_by_row_on_a_sheet_no_larger_than_one(count, unit):
    values = torch.arange(1.0, count + 1)
    views = values[:, None, None, None].expand(count, 2, 64, 96)
    found = sheet(views, unit)
    columns = next(n for n in range(1, 9) if n * n >= count)
    rows = -(-count // columns)
    assert found.shape[1] <= 64 and found.shape[2] <= 96
    cells = found.unflatten(1, (rows, -1)).unflatten(3, (columns, -1))
    height, width = cells.shape[2], cells.shape[4]
    assert height % unit == 0 == width % unit and width > 96 / columns - unit
    for at, cell in enumerate(cells.permute(1, 3, 0, 2, 4).flatten(0, 1)):
        assert (cell == (values[at] if at < count else 0)).all()


def test_one_level_is_the_sheet_itself_and_several_are_shrunk_by_their_means():
    views = torch.rand(4, 3, 8, 12, generator=torch.Generator().manual_seed(0))
    assert torch.equal(sheet(views[:1]), views[0])
    corner = views[3].unfold(1, 2, 2).unfold(2, 2, 2).mean((-1, -2))
    assert torch.allclose(sheet(views)[:, 4:, 6:], corner)
