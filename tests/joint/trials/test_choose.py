"""Ways to meet, tried side by side."""

import pytest
from encoders import blurring, exact

from zoomstack.joint.coupler import Coupler
from zoomstack.joint.through_pixels import through
from zoomstack.joint.trials.choose import Choice, best, choose
from zoomstack.joint.trials.trial import Trial
from zoomstack.spaces.fitting.leaves import dead_leaves


def drawn(count, side):
    return dead_leaves(count, side, side, seed=3)


def in_pixels(codec):
    def couple(geometry):
        ratio = codec.ratio
        return through(Coupler(geometry.resized(*(ratio * n for n in (24, 24)))), codec)

    return couple


def test_the_way_that_a_scene_survives_is_taken():
    codec = exact()
    found = choose(
        {"latent": Coupler, "pixels": in_pixels(codec), "other": lambda g: None},
        (2.0, 3.0), codec, drawn,
    )  # fmt: skip
    assert found.name == "pixels"
    assert set(found.trials) == {"latent", "pixels"}  # what does not apply is not tried
    assert found.runner_up == "latent"
    assert found.without("pixels").name == "latent"


def test_every_factor_is_tried_and_the_worst_counts():
    codec, tried = blurring(), []

    def watching(geometry):
        tried.append(geometry.zooms)
        return Coupler(geometry)

    found = choose({"latent": watching}, (3.0, 2.0, 9.0, 2.0), codec, drawn)
    assert tried == [(2.0,), (3.0,), (4.0,)]  # larger ones at 4
    alone = [choose({"latent": Coupler}, (zoom,), codec, drawn) for zoom in (2.0, 3.0, 4.0)]
    assert found.trials["latent"] == min(
        (choice.trials["latent"] for choice in alone), key=lambda trial: trial.score
    )


@pytest.mark.parametrize(
    ("trials", "taken"),
    [
        ({"plain": Trial(25, 20), "a": Trial(30, 22), "b": Trial(35, 30)}, "b"),
        ({"plain": Trial(25, 20), "a": Trial(23.5, 40)}, "plain"),  # harms more than plain
        ({"plain": Trial(25, 20), "a": Trial(40, 18.5)}, "plain"),  # agrees less
        ({"plain": Trial(25, 20), "a": Trial(25.3, 20.3)}, "plain"),  # not clearly better
        ({"plain": Trial(25, 20), "a": Trial(30, 25), "b": Trial(30.3, 25.3)}, "a"),
    ],
)
def test_none_is_taken_that_is_worse_than_plain_or_hardly_better(trials, taken):
    assert best(trials) == Choice(taken, trials)


def test_a_single_way_has_no_runner_up():
    assert best({"plain": Trial(25, 20)}).runner_up is None


def test_another_may_be_preferred_unless_it_is_worse_than_plain():
    found = best(
        {"plain": Trial(25, 20), "a": Trial(35, 30), "b": Trial(30, 25), "c": Trial(9, 40)}
    )
    assert found.name == "a"
    assert found.preferring("b").name == "b"
    assert found.preferring("c").name == found.preferring("not tried").name == "a"
    assert found.preferring("b", within=5.1).name == "b"
    assert found.preferring("b", within=4.9).name == "a"
