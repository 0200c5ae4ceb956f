"""The table of fitted spaces: what each says of itself, and that a fit is made once."""

import pytest
import torch
from encoders import encoder
from ladders import mixed

from zoomstack.files.fingerprint import fingerprint
from zoomstack.files.shelf import Shelf
from zoomstack.scene.geometry import Geometry
from zoomstack.spaces import choose
from zoomstack.spaces.choose import SPACES, Fits, Kept, automatic
from zoomstack.spaces.fitting.leaves import dead_leaves

LIKE = torch.empty(0)
ON_GRID = Geometry(16, 24, (2.0, 2.0))


@pytest.mark.parametrize("kind", SPACES)
def test_a_space_is_fitted_once_and_makes_every_geometry_that_it_does_not_refuse(kind):
    asked = []

    def encode(pictures):
        asked.append(tuple(pictures.shape))
        return encoder()(pictures)

    fits = Fits()
    for _ in range(2):
        space = fits.space(kind, ON_GRID, encode, 4, LIKE)
        assert space.geometry == ON_GRID
        assert space.link(0, 2).shrink(torch.zeros(8, 16, 24)).isfinite().all()
        once = len(asked)
    assert once == len(asked) > 0
    fit = fits.fit(kind, SPACES[kind].keys(ON_GRID)[0], encode, 4)
    assert len(asked) == once
    assert all(0.3 < share <= 1 for share in fit.explained)


@pytest.mark.parametrize("kind", SPACES)
def test_it_is_fitted_on_the_pictures_that_are_given(kind):
    sides = []

    def pictures(side):
        sides.append(side)
        return dead_leaves(4, side, side, seed=3)

    (key, *_) = SPACES[kind].keys(ON_GRID)
    Fits(pictures).fit(kind, key, encoder(), 4)
    assert sides == [SPACES[kind].side(key, 4)]
    assert sides[0] % (4 * max(int(key), 1)) == 0, "whole blocks of latents"


def test_fidelity_is_measured_once_and_is_worse_for_a_worse_space():
    asked = []

    def encode(pictures):
        asked.append(len(pictures))
        return encoder()(pictures)

    fits = Fits()
    fitted = fits.fidelity("fitted", 2.0, encode, 4, LIKE)
    before = len(asked)
    assert fits.fidelity("fitted", 2.0, encode, 4, LIKE) == fitted
    assert len(asked) == before
    assert all(0 < share <= 1 for share in fitted)


def test_auto_is_fitted_operators_for_doubling_on_the_grid_and_else_the_twin():
    assert automatic(ON_GRID) == "fitted"
    assert automatic(Geometry(16, 24, (2.0, 4.0))) == "twin"
    assert automatic(Geometry(15, 24, (2.0,))) == "twin"
    assert automatic(mixed()) == "twin"


def test_only_fitted_operators_refuse_and_say_why():
    assert "nearest focus x" in SPACES["fitted"].refused(mixed(64, 56))
    assert "zoom factor of 3.5" in SPACES["fitted"].refused(Geometry(64, 64, (3.5,)))
    assert SPACES["twin"].refused(mixed(64, 56)) is None


class Asked:
    """An encoder that counts how often it is asked."""

    def __init__(self):
        self.times = 0

    def __call__(self, pictures):
        self.times += 1
        return encoder()(pictures)


def few(side):
    return dead_leaves(4, side, side, seed=3)


@pytest.mark.parametrize("kind", SPACES)
def test_a_second_start_pays_nothing_and_has_the_same_bits(kind, tmp_path, monkeypatch):
    monkeypatch.setitem(SPACES, kind, SPACES[kind]._replace(fit=quick(SPACES[kind])))
    asked = Asked()
    (key, *_) = SPACES[kind].keys(ON_GRID)
    found = []
    for _ in range(2):
        fits = Fits(kept=Kept(Shelf(tmp_path), "weights"))
        found.append(fits.fit(kind, key, asked, 4))
        found.append(fits.fidelity(kind, 2.0, asked, 4, LIKE))
        if len(found) == 2:
            once = asked.times
    assert asked.times == once > 0
    assert fingerprint(found[:2]) == fingerprint(found[2:])
    assert type(found[0]) is type(found[2])
    Fits(kept=Kept(Shelf(tmp_path), "other weights")).fit(kind, key, asked, 4)
    assert asked.times > once


def test_other_code_fits_anew_but_on_a_users_pictures_never(tmp_path, monkeypatch):
    monkeypatch.setitem(SPACES, "fitted", SPACES["fitted"]._replace(fit=quick(SPACES["fitted"])))
    asked, kept = Asked(), Kept(Shelf(tmp_path), "weights")
    Fits(kept=kept).fit("fitted", 2.0, asked, 4)
    before = asked.times
    monkeypatch.setattr(choose, "recipe_code", lambda: "other")
    Fits(kept=kept).fit("fitted", 2.0, asked, 4)
    assert asked.times > before
    own = Fits(few, kept).fit("fitted", 2.0, asked, 4)
    before = asked.times
    monkeypatch.setattr(choose, "recipe_code", lambda: "yet other")
    assert fingerprint(Fits(kept=kept).fit("fitted", 2.0, asked, 4)) == fingerprint(own)
    assert asked.times == before


def quick(recipe):
    """The recipe's fit, on few pictures where it would take many."""

    def fit(encode, key, ratio, pictures):
        shown = few(recipe.side(key, ratio)) if pictures is None else pictures
        return recipe.fit(encode, key, ratio, shown)

    return fit
