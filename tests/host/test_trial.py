"""What the speed benchmark asks of ComfyUI: both sides of its ratios do the same work."""

import dataclasses

import pytest
import torch
from host_kit import part

from zoomstack.bench.speed import host
from zoomstack.bench.speed.rows import laddered, sampled
from zoomstack.bench.speed.settings import QUICK, Bench

SMALL = dataclasses.replace(QUICK, turns=1, steps=2, sampled=64, levels=3)


@pytest.fixture(scope="module")
def user(tmp_path_factory):
    return str(tmp_path_factory.mktemp("user"))


@pytest.fixture(autouse=True)
def own_fits(comfy_host, user, monkeypatch):
    """What is fitted to the demo's VAE, which takes half a minute, serves all of these tests."""
    import folder_paths

    monkeypatch.setattr(folder_paths, "user_directory", user)


@pytest.fixture
def trial(pack, comfy_host):
    return host.trial(comfy_host, True)


@pytest.fixture
def bench(comfy_host, demo_checkpoint, monkeypatch):
    monkeypatch.setenv("ZOOMSTACK_CHECKPOINT", str(demo_checkpoint))
    return Bench(SMALL, comfy_host)


@torch.inference_mode()
def test_levels_that_never_meet_are_those_of_the_stock_sampler(trial, demo_checkpoint):
    """So the ratio is of nothing but what the pack adds: same model, steps, noise and batch."""
    at = trial.demo(str(demo_checkpoint), ["a planet"] * 3)
    latent = trial.empty(at, 64)
    assert latent.shape == (3, 16, 8, 8)
    plain = trial.plain(at, latent, 2, seed=5)
    apart = trial.joint(at, latent, 2, seed=5, coupling="independent", shared_noise=False)
    assert torch.allclose(apart, plain, atol=1e-4)
    assert not torch.allclose(trial.joint(at, latent, 2, seed=5), plain, atol=0.1)


NARROW = {
    "sd15": {"model_channels": 64},
    "sdxl": {"model_channels": 64},
    "flux": {"hidden_size": 256, "num_heads": 2},
}


@pytest.mark.parametrize("name", NARROW)
@torch.inference_mode()
def test_random_weights_keep_numbers_in_range(pack, trial, monkeypatch, name):
    """The published sizes' own layout, narrower; coupled in latents and through a TAESD."""
    sizes = part(pack, "nodes.host.sizes").SIZES
    narrow = sizes[name]._replace(network={**sizes[name].network, **NARROW[name]})
    monkeypatch.setitem(trial.SIZES, name, narrow)
    at = trial.random_weights(name, 2)
    latent = trial.empty(at, 64)
    plain = trial.plain(at, latent, 2)
    ways = ({"space": "latent"}, {"space": "small", "shared_noise": False})
    for samples in (plain, *(trial.joint(at, latent, 2, **way) for way in ways)):
        assert samples.shape == latent.shape
        assert samples.isfinite().all()
        assert samples.std() > 0.01
    if name == "flux":
        network = at.model.model.diffusion_model
        assert (len(network.double_blocks), len(network.single_blocks)) == (19, 38)


def test_the_rows_of_sampling_name_every_coupling(trial, bench):
    lines = [*sampled.sampled(bench)]
    assert [line.what.rpartition("coupled ")[2] for line in lines] == [
        "in latents",
        "in latents, operators fitted to the VAE",
        "in pixels through a small autoencoder on every step",
        "in pixels on every step",
        "in pixels by the default schedule, the last step",
    ]
    assert all(line.value.median > 0 for line in lines)


@pytest.mark.slow
def test_the_rows_of_ladders_name_each_and_what_is_chosen_for_it(trial, bench):
    lines = [*laddered.laddered(bench)]
    assert [line.what.rpartition("at ")[2] for line in lines] == [
        f"p = {zooms}, coupled in {where}"
        for zooms, chosen in {
            "2": "fitted operators", "4": "the linear twin", "2, 3.2, 2.5, 2.8": "the linear twin"
        }.items()
        for where in ("plain latents", chosen)
    ]  # fmt: skip
    assert all(line.value.median > 0 for line in lines)
    _, at = host.loaded(bench, 6, "mixed")
    assert at.ladder.zooms == (2.0, 3.2, 2.5, 2.8, 2.0) and at.ladder.focus[1] == (0.46, 0.55)
