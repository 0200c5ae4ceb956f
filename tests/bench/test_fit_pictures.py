"""What a fit sees of a user's pictures, and what it is judged by."""

import argparse

import pytest
import torch

from zoomstack.bench.fit import pictures as fit_pictures
from zoomstack.bench.fit.options import zoom
from zoomstack.bench.fit.pictures import crops, parted, shown
from zoomstack.spaces.fitting.scenery import scenery


def waves(count):
    """Pictures of several sizes, each of one grey that says which it is."""
    return [torch.full((3, 53 + 20 * n, 74), n / count) for n in range(count)]


def test_pictures_are_fitted_on_or_held_out_and_never_both():
    given = waves(9)
    seen, unseen = parted(given)
    assert len(unseen) == 3
    greys = sorted(float(picture.mean()) for picture in [*seen, *unseen])
    assert greys == sorted(float(picture.mean()) for picture in given)


def test_crops_are_the_same_every_time_of_every_picture_and_keep_its_values(monkeypatch):
    monkeypatch.setattr(fit_pictures, "FEWEST", 10)
    monkeypatch.setattr(fit_pictures, "PIXELS", 0)
    given = waves(5)
    for side in (32, 96):  # smaller than the pictures, and larger
        shown = crops(given, side)
        assert shown.shape == (10, 3, side, side)
        assert torch.equal(shown, crops(given, side))
        for number, crop in enumerate(shown):
            torch.testing.assert_close(crop, torch.full_like(crop, number % 5 / 5))


def test_drawn_scenes_stand_beside_a_users_pictures(monkeypatch):
    monkeypatch.setattr(fit_pictures, "FEWEST", 6)
    monkeypatch.setattr(fit_pictures, "PIXELS", 0)
    given = waves(5)
    every = shown(given, 32)
    assert torch.equal(every[:6], crops(given, 32))
    assert torch.equal(every[6:], scenery(3, 32, 32))


def test_only_whole_factors_can_be_fitted():
    assert [zoom(text) for text in ("2", "8")] == [2, 8]
    for text in ("1", "9", "2.5", "two", "02"):
        with pytest.raises(argparse.ArgumentTypeError, match="no whole factor from 2 to 8"):
            zoom(text)
