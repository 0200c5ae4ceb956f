"""Drawn pictures that fits stand on: the same everywhere, and like photographs in what counts."""

import torch
from torch.nn import functional

from zoomstack.spaces.fitting.leaves import dead_leaves
from zoomstack.spaces.fitting.scenery import scenery


def test_the_same_seed_draws_the_same_pictures_and_another_one_others():
    pictures = scenery(3, 53, 74, seed=1)
    assert pictures.shape == (3, 3, 53, 74)
    assert torch.equal(pictures, scenery(3, 53, 74, seed=1))
    assert torch.equal(pictures[:2], scenery(2, 53, 74, seed=1))
    assert not torch.equal(pictures, scenery(3, 53, 74, seed=2))


def test_pictures_are_of_8_bits_so_that_every_machine_draws_the_same():
    pictures = scenery(2, 96, 64, seed=3)
    bits = (pictures * 255).round()
    assert torch.equal(bits / 255, pictures)
    assert 0 <= pictures.min() and pictures.max() <= 1


def test_they_are_greyer_than_dead_leaves_and_as_alike_at_every_scale():
    pictures, leaves = scenery(24, 128, 128, seed=1), dead_leaves(24, 128, 128, seed=1)

    def grey(x):
        """The share of the pictures' variance that all colours have in common."""
        x = x - x.mean((2, 3), keepdim=True)
        return float(x.mean(1).square().mean() / x.square().mean())

    assert grey(pictures) > 0.85 > grey(leaves)
    half = functional.avg_pool2d(pictures, 2)
    contrast = [p.diff(dim=-1).square().mean().sqrt() for p in (pictures, half)]
    assert 1.0 < contrast[1] / contrast[0] < 1.9
