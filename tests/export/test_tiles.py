"""What a tile shows: levels over each other by a film's rules, with edges all around."""

import pytest
import torch
from ladders import mixed, pictures

from zoomstack.export.tiles import FEATHER, paint, shares
from zoomstack.scene.geometry import Geometry
from zoomstack.scene.span import Span
from zoomstack.scene.stack import ZoomStack

WHOLE = Span(0.0, 1.0)
SIZE = (60, 48)


def shown(levels, geometry, parts, rows=WHOLE, columns=WHOLE):
    return paint(ZoomStack(levels, geometry), rows, columns, SIZE, parts)


@pytest.mark.parametrize("axis", [1, 2])
def test_a_mirrored_stack_gives_mirrored_tiles(axis):
    g = mixed()
    levels = pictures(g)
    turned = tuple((x, 1 - y) if axis == 1 else (1 - x, y) for x, y in g.focus)
    mirror = Geometry(g.height, g.width, g.zooms, turned)
    there = shown(levels, g, [1.0] * g.levels)
    back = shown(levels.flip(axis + 1), mirror, [1.0] * g.levels)
    assert torch.allclose(back, there.flip(axis), atol=1e-9)


def test_a_level_is_whole_inside_its_edge_and_gone_at_it():
    """White over black: along the middle of a tile one sees how much there is of it."""
    g = Geometry(64, 64, (2.0,))
    levels = torch.stack([torch.zeros(3, 64, 64), torch.ones(3, 64, 64)]).double()
    line = paint(ZoomStack(levels, g), WHOLE, WHOLE, (128, 128), [1.0, 1.0])[0, 64]
    at = (torch.arange(128) + 0.5) / 64 - 0.5  # in the deeper level's frame
    inside = torch.minimum(at, 1 - at)
    assert (line[inside < 0] == 0).all()
    assert torch.allclose(line[inside > FEATHER], torch.ones(1).double())
    edge = (inside > 0) & (inside < FEATHER)
    t = inside[edge].double() / FEATHER
    assert torch.allclose(line[edge], 3 * t**2 - 2 * t**3)


def test_shares_say_how_far_each_level_is_in():
    """All that are coarser than the image; the next fades in over six tenths of the way to it."""
    assert shares([1.0, 4.0, 16.0], 1.0) == pytest.approx([1.0, 0.0])
    assert shares([1.0, 4.0, 16.0], 4.0) == pytest.approx([1.0, 1.0, 0.0])
    first, second, third = shares([1.0, 4.0, 16.0], 4.0 * 4**0.3)
    assert (first, second) == (1.0, 1.0)
    assert third == pytest.approx(0.5)
    assert shares([1.0, 4.0, 16.0], 4.0 * 4**0.6)[2] == pytest.approx(1.0)
