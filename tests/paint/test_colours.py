"""Levels brought to the colours of one of them."""

import pytest
import torch
from ladders import pictures

from zoomstack.joint.render import render
from zoomstack.paint.colours import matched_colours
from zoomstack.scene.geometry import Geometry

G = Geometry(64, 48, (2.0, 1.7, 3.0), focus=((0.5, 0.5), (0.4, 0.6), (0.5, 0.5)))


def scene(g=G):
    """A zoom that agrees, well inside the range."""
    return 0.3 + 0.4 * render(pictures(g), g)


def cast(views, kept):
    """Every level but one with a contrast and a cast of its own."""
    generator = torch.Generator().manual_seed(3)
    gain, offset = (torch.rand(len(views), 3, 1, 1, generator=generator) for _ in "ab")
    moved = views * (0.8 + 0.4 * gain) + 0.2 * (offset - 0.5)
    moved[kept] = views[kept]
    return moved


@pytest.mark.parametrize("reference", [0, 1, 3])
def test_a_contrast_and_a_cast_are_undone_and_the_reference_stays_to_the_bit(reference):
    views = scene()
    given = cast(views, reference)
    found = matched_colours(given, G, reference)
    assert torch.equal(found[reference], given[reference])
    assert (given - views).abs().max() > 0.1
    assert (found - views).abs().max() < 0.03


def test_what_already_goes_together_stays():
    views = scene()
    assert torch.allclose(matched_colours(views, G), views, atol=1e-6)


def test_what_was_redrawn_is_not_taken_for_contrast_that_is_lost():
    views = scene()
    noise = torch.randn(views.shape, generator=torch.Generator().manual_seed(5))
    redrawn = (views + 0.1 * noise).clamp(0, 1)
    found = matched_colours(redrawn, G)
    lost = found[-1].std() / redrawn[-1].std()
    assert 0.7 < lost < 1.3


def test_a_ring_follows_downwards_to_the_level_above_the_reference():
    g = Geometry(48, 48, (2.0, 2.0, 2.0), closed=True)
    views = scene(g)
    given = cast(views, 1)
    found = matched_colours(given, g, 1)
    assert torch.equal(found[1], given[1])
    assert (found - views).abs().max() < 0.03 < (given - views).abs().max()


def test_a_level_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="Level 4 cannot lend its colours: there are 4 levels"):
        matched_colours(scene(), G, 4)
