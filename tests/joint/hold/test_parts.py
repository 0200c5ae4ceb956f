"""Parts that are held while levels meet: as they are to the bit, and followed by the others."""

import pytest
import torch
from ladders import LADDERS, NAMES, even, mixed, noise

from zoomstack.joint.hold.parts import hold_parts
from zoomstack.joint.render import render
from zoomstack.spaces.pairs import disagreement, pairs
from zoomstack.spaces.plain import as_space


def disagreements(views, g):
    return [
        disagreement(views[parent], views[child], link)
        for parent, child, link in pairs(as_space(g))
    ]


def free_but(g, *levels):
    free = torch.ones(g.levels, 1, g.height, g.width, dtype=torch.float64)
    free[list(levels)] = 0
    return free


@pytest.mark.parametrize("g", LADDERS, ids=NAMES)
@pytest.mark.parametrize("level", [0, 1, 3])
def test_levels_agree_with_the_one_that_is_held_and_it_is_as_it_was(g, level):
    met, kept = render(noise(g, 1), g), noise(g, 2)
    views = hold_parts(met, kept, free_but(g, level), g)
    assert torch.equal(views[level], kept[level])
    assert max(float(d.abs().max()) for d in disagreements(views, g)) < 1e-9
    assert not torch.equal(views, met)


def test_what_disagrees_elsewhere_still_does_so():
    """Levels that met as pictures do not agree as latents: that is not mended here."""
    g = mixed()
    met = noise(g, 1)
    views = hold_parts(met, noise(g, 2), free_but(g, 2), g)
    for now, before in zip(disagreements(views, g), disagreements(met, g), strict=True):
        assert (now - before).abs().max() < 1e-9


def test_nothing_changes_where_all_is_free_or_nothing_moved():
    g = even(2.5)
    met = render(noise(g, 1), g)
    assert torch.equal(hold_parts(met, noise(g, 2), free_but(g), g), met)
    assert torch.equal(hold_parts(met, met, free_but(g, 1), g), met)


def test_parts_of_a_level_are_held_and_shown_by_wider_ones():
    g = even(2.0)
    met, kept, free = render(noise(g, 1), g), noise(g, 2), free_but(g)
    free[2, :, :, :30] = 0
    views = hold_parts(met, kept, free, g)
    assert torch.equal(views[2, :, :, :30], kept[2, :, :, :30])
    wide, *_ = disagreements(views, g)[:2]
    assert wide.abs().max() < 1e-9 and not torch.equal(views[0], met[0])
