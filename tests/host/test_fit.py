"""``zoomstack fit``: what it keeps is what nodes find, of the VAE that it was given."""

import argparse
from types import SimpleNamespace

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
    import comfy.latent_formats

    spaces = part(pack, "nodes.run.spaces")
    format = comfy.latent_formats.SD15()
    site = SimpleNamespace(latent_format=format, device="cpu", process_in=format.process_in)
    levels = part(pack, "nodes.run.autoencoder").Levels(
        site, part(pack, "nodes.host.layout").Layout(False, 1)
    )
    geometry = part(pack, "zoomstack.scene.geometry").Geometry(16, 24, (2.0,))
    noise = torch.randn(4, 16, 24, generator=torch.Generator().manual_seed(1))
    shown, asked = [], []
    for _ in range(2):
        vae = mosaic_vae(4)
        original, count = vae.encode, []

        def encode(pictures, original=original, count=count):
            count.append(len(pictures))
            return original(pictures)

        vae.encode = encode
        coder = spaces.Autoencoder(vae, levels)
        line = spaces.fitted_line(coder, "fitted", geometry)
        around = (coder.encode, coder.ratio, coder.like)
        link = coder.fits.space("fitted", geometry, *around).link(0, 1)
        shown.append((link.shrink(noise), line))
        asked.append(sum(count))
    (first, told), (second, again) = shown
    assert asked[0] > 0 and asked[1] == 0
    assert torch.equal(first, second) and told == again
