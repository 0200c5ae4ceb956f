"""Laws that links of every space keep."""

import pytest
import torch
from encoders import encoder
from ladders import mixed

from zoomstack.scene.geometry import Geometry
from zoomstack.spaces.fitted.fit import fit_operators
from zoomstack.spaces.fitted.space import FittedSpace
from zoomstack.spaces.fitting.scenery import scenery
from zoomstack.spaces.plain import plain_space
from zoomstack.spaces.twin.fit import fit_twin
from zoomstack.spaces.twin.space import TwinSpace


def space_of(name):
    if name == "plain":
        return plain_space(mixed())
    if name == "twin":
        return TwinSpace(mixed(15, 20), fit_twin(encoder(), ratio=4))
    operators = {2: fit_operators(encoder(), 2, 4, scenery(12, 96, 96))}
    return FittedSpace(Geometry(24, 32, (2.0,) * 3), operators)


@pytest.mark.parametrize("name", ["plain", "fitted", "twin"])
@pytest.mark.parametrize("child", [1, 2])
def test_a_change_is_shrunk_linearly_and_the_transpose_is_one(name, child):
    space = space_of(name)
    link = space.link(0, child)
    generator = torch.Generator().manual_seed(1)
    shape = (8, space.geometry.height, space.geometry.width)
    x, y = torch.randn(2, *shape, generator=generator, dtype=torch.float64)
    change = link.shrink_change(y)
    torch.testing.assert_close(link.shrink(x + y) - link.shrink(x), change)
    assert not link.shrink_change(0 * x).any()
    patch = torch.randn(change.shape, generator=generator, dtype=torch.float64)
    torch.testing.assert_close((change * patch).sum(), (y * link.transposed(patch)).sum())
