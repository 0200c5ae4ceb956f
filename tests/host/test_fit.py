"""``zoomstack fit``: what it keeps is what nodes find, of the VAE that it was given."""

import argparse

import pytest
import torch
from host_kit import part
from PIL import Image
from tiny_vae import mosaic_vae

from zoomstack.bench.fit import pictures as fit_pictures
from zoomstack.bench.fit import run as fit_run
from zoomstack.spaces.fitting.scenery import scenery


@pytest.fixture
def photographs(tmp_path):
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number, picture in enumerate(scenery(8, 160, 144, seed=4)):
        values = (picture.permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
        Image.fromarray(values).save(folder / f"{number}.png")
    return folder


def test_fits_on_a_users_pictures_are_what_nodes_find(pack, monkeypatch, photographs, tmp_path):
    nodes, spaces = part(pack, "nodes.fit"), part(pack, "nodes.run.spaces")
    vae = mosaic_vae(4)
    monkeypatch.setattr(nodes, "load_vae", lambda name, models: vae)
    monkeypatch.setattr(fit_run, "started", lambda *of: None)
    monkeypatch.setattr(fit_run, "checkpoint", lambda comfyui: tmp_path)
    monkeypatch.setattr(fit_run, "scenery", None)  # pictures are given
    monkeypatch.setattr(fit_pictures, "PIXELS", 0)
    options = argparse.Namespace(
        vae="mosaic", models=None, pictures=photographs, zooms=[2], device="cpu", comfyui=None,
        base=None,
    )  # fmt: skip
    told = fit_run.report(options)
    assert "| zoom | space | before | after |" in told
    assert "| 2 | fitted latents | " in told and "SD15" in told and "SDXL" in told

    def refuses(pictures):
        raise AssertionError("what is on disk is not fitted again")

    for name in ("SD15", "SDXL"):
        fits = part(pack, "zoomstack.spaces.choose").Fits(kept=spaces.kept_fits(vae, name))
        assert fits.fit("fitted", 2.0, refuses, 8).zoom == 2
        assert fits.fit("twin", 0.0, refuses, 8).ratio == 8
    other = part(pack, "zoomstack.spaces.choose").Fits(kept=spaces.kept_fits(vae, "SD3"))
    with pytest.raises(AssertionError, match="not fitted again"):
        other.fit("twin", 0.0, refuses, 8)


def test_a_server_that_starts_again_pays_nothing_and_couples_to_the_same_bits(pack):
    """The VAE is another object, as after a start; its weights are the same."""
    spaces = part(pack, "nodes.run.spaces")
    geometry = part(pack, "zoomstack.scene.geometry").Geometry(16, 24, (2.0,))
    shown, asked = [], []
    for _ in range(2):
        vae = mosaic_vae(4)

        def encode(pictures, vae=vae):
            asked.append(len(pictures))
            return part(pack, "nodes.host.vae").encode_pictures(vae, pictures).clone()

        coder = spaces.Autoencoder(vae, "SD15", encode, 8, torch.empty(0))
        space, line = spaces.fitted_space(coder, geometry, "fitted")
        noise = torch.randn(4, 16, 24, generator=torch.Generator().manual_seed(1))
        shown.append((space.link(0, 1).shrink(noise), line))
        asked.append("start")
    first, second = shown
    assert asked[-2:] == ["start", "start"] and asked[0] != "start"
    assert torch.equal(first[0], second[0]) and first[1] == second[1]
