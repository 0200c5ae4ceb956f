"""Coupling latents in the pictures that they decode to."""

import pytest
import torch
from encoders import blurring, exact
from ladders import pictures
from torch.nn import functional

from zoomstack import Consensus, Geometry, PhotoAnchor, agreement, blend, render
from zoomstack.joint.coupler import Coupler
from zoomstack.joint.through_pixels import ThroughPixels, at_every_step, through
from zoomstack.spaces.codec import difference

OFF = Geometry(48, 64, (2.0, 2.6), ((0.5, 0.5), (0.42, 0.57)))


def agreeing(g=OFF, seed=0):
    """Levels of one scene, in [0, 1]: rendered grains of all sizes."""
    grains = pictures(g, seed).float()
    soft = [functional.avg_pool2d(grains, k, 1, k // 2, count_include_pad=False) for k in (3, 9)]
    return render((grains + soft[0] * 2 + soft[1] * 3) / 6, g)


def moved(codec, couple, latents):
    """What a coupling does to the deeper levels, as pictures: the root of the mean square."""
    before, after = codec.decode(latents), codec.decode(couple(latents, 1.0))
    return (after - before)[1:].square().mean().sqrt()


@pytest.mark.parametrize("consensus", ["joint", "iterative"])
def test_through_an_exact_autoencoder_it_is_the_coupling_of_pictures(consensus):
    codec, couple = exact(), Coupler(OFF, consensus=Consensus(consensus))
    views = pictures(OFF, 3).float()
    met = codec.decode(through(couple, codec)(codec.encode(views), 1.0))
    assert (met - couple(views, 1.0)).abs().max() < 1e-5
    assert min(agreement(met, OFF)) > 100


def test_what_a_wider_level_cannot_show_is_left_to_the_deeper_one():
    codec, couple = blurring(), Coupler(OFF)
    latents = codec.encode(agreeing())
    both, one = (
        through(couple, codec),
        ThroughPixels(couple, codec.decode, difference(codec.encode)),
    )
    assert moved(codec, both, latents) < 0.4 * moved(codec, one, latents)


def test_show_changes_nothing_where_a_level_shows_all():
    views = pictures(OFF, 5).float()
    assert (
        blend(views, OFF, show=lambda seen, window: seen[(..., *window)]) - blend(views, OFF)
    ).abs().max() < 1e-6


def test_show_is_asked_for_the_deeper_level_laid_into_the_wider_one():
    asked = []
    views = pictures(OFF, 6).float()
    blend(views, OFF, show=lambda seen, window: asked.append(seen) or seen[(..., *window)])
    pasted = render(views, OFF)[-2:-1]  # the last pair: nothing deeper is in it
    assert len(asked) == OFF.levels - 1
    assert (asked[-1] - pasted[0]).abs().max() < 1e-6


def test_a_photo_in_pixels_is_shown_by_its_level():
    """As closely as it does where levels are pictures: all of it but a rim that levels share."""
    codec, photo = exact(), agreeing(seed=7)[0]
    couple, views = Coupler(OFF, [PhotoAnchor(photo)]), pictures(OFF, 8).float()
    met = codec.decode(through(couple, codec)(codec.encode(views), 1.0))
    assert (met - couple(views, 1.0)).abs().max() < 1e-5
    assert ((met[0] - photo).abs() > 1e-4).float().mean() < 0.05


def test_what_the_autoencoder_cannot_carry_stays_with_the_latents():
    """Where nothing changes, latents that no picture has come back as they were, to the bit."""
    codec = blurring()
    still = Coupler(OFF, start=1.0, end=1.0, sigmas=[2.0, 1.0, 0.0])
    latents = torch.randn(OFF.levels, 3, 12, 16, generator=torch.Generator().manual_seed(9))
    assert through(still, codec)(latents, 2.0) is latents


def test_in_the_last_step_levels_agree_as_pictures_do():
    codec, couple = blurring(), Coupler(OFF)
    latents, sigmas = codec.encode(agreeing(seed=4)), [2.0, 1.0, 0.0]
    every = at_every_step(couple, codec, sigmas)
    plain = ThroughPixels(couple, codec.decode, difference(codec.encode))
    assert torch.equal(every(latents, 2.0), through(couple, codec)(latents, 2.0))
    assert torch.equal(every(latents, 1.0), plain(latents, 1.0))
    assert not torch.equal(every(latents, 1.0), every(latents, 2.0))


def test_a_local_autoencoder_is_asked_for_no_more_than_a_window_depends_on():
    sizes, whole = [], blurring()
    encode = whole.encode
    near = whole._replace(encode=lambda p: sizes.append(tuple(p.shape[-2:])) or encode(p), reach=2)
    picture = pictures(OFF, 11).float()[0]
    window = (slice(13, 30), slice(22, 41))
    assert (near.shown(picture, window) - whole.shown(picture, window)).abs().max() < 1e-6
    assert sizes == [(36, 40)]  # 12 to 32 and 20 to 44 are whole latents; 8 more on each side
