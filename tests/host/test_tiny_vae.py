"""The tiny autoencoders do what they promise, as ComfyUI's own VAE objects."""

import pytest
import tiny_families
import tiny_vae
import torch

pytestmark = pytest.mark.usefixtures("comfy_host")


@pytest.mark.parametrize("channels", [4, 16, 128])
def test_mosaic_vae_round_trips(channels):
    vae = tiny_vae.mosaic_vae(channels)
    blocks = 0.1 + 0.8 * torch.rand(2, 8, 12, 3, generator=torch.Generator().manual_seed(1))
    picture = blocks.repeat_interleave(8, 1).repeat_interleave(8, 2)
    picture = picture + 0.2 * (torch.arange(96) % 2 - 0.5).view(96, 1)  # finer than a block
    with torch.inference_mode():
        latent = vae.encode(picture)
        decoded = vae.decode(latent)
        again = vae.encode(decoded)

    side = 16 if channels == 128 else 8
    assert latent.shape == (2, channels, 64 // side, 96 // side)
    assert (decoded - blocks.repeat_interleave(8, 1).repeat_interleave(8, 2)).abs().max() < 0.02
    assert (again - latent).abs().max() < 0.06 * latent.std()
    assert 0.5 < latent.std() / tiny_vae.NODE_STD[channels] < 2


@pytest.mark.parametrize("channels", [4, 128])
def test_blank_blocks_that_are_left_out_change_nothing(channels, monkeypatch):
    short = tiny_vae.mosaic_vae(channels)
    monkeypatch.setattr(tiny_vae, "leave_out_blank_blocks", lambda vae: None)
    whole = tiny_vae.mosaic_vae(channels)
    picture = torch.rand(1, 32, 48, 3, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        latent = whole.encode(picture)
        assert torch.equal(short.encode(picture), latent)
        assert torch.equal(short.decode(latent), whole.decode(latent))


def test_mosaic_video_vae_round_trips_and_takes_pictures_for_a_film():
    vae = tiny_vae.mosaic_video_vae()
    blocks = torch.rand(5, 4, 6, 3, generator=torch.Generator().manual_seed(1))
    pictures = blocks.repeat_interleave(8, 1).repeat_interleave(8, 2)
    with torch.inference_mode():
        latents = torch.cat([vae.encode(picture[None]) for picture in pictures])
        decoded = vae.decode(latents)
        film = vae.encode(pictures)

    assert latents.shape == (5, 16, 1, 4, 6) and film.shape == (1, 16, 2, 4, 6)
    assert decoded.shape == (5, 1, 32, 48, 3)
    assert (decoded[:, 0] - pictures).abs().max() < 0.02
    assert 1 < latents.std() < 4


def test_pixel_vae_is_the_identity():
    vae, picture = tiny_vae.pixel_vae(), torch.rand(2, 32, 32, 3)
    with torch.inference_mode():
        latent = vae.encode(picture)

        assert torch.allclose(latent, picture.movedim(-1, 1) * 2 - 1, atol=1e-6)
        assert torch.allclose(vae.decode(latent), picture, atol=1e-6)


def test_demo_vae_round_trips():
    vae = tiny_vae.demo_vae()
    y, x = torch.meshgrid(torch.arange(128) / 128, torch.arange(96) / 96, indexing="ij")
    picture = torch.stack([0.4 + 0.3 * (6 * x).sin(), 0.5 + 0.3 * y, 0.5 - 0.2 * x * y], -1)[None]
    with torch.inference_mode():
        decoded = vae.decode(vae.encode(picture))

    assert -10 * torch.log10((decoded - picture).square().mean()) > 25


@pytest.mark.parametrize("name", tiny_families.FAMILIES)
def test_family_decodes_with_its_vae(name):
    tiny = tiny_families.family(name)
    latent = tiny.latent(2, 4, 8)
    with torch.inference_mode():
        pictures = tiny.vae.decode(latent).flatten(0, -4)
        again = tiny.vae.encode(pictures[:1])

    ratio = tiny.model.get_model_object("latent_format").spacial_downscale_ratio
    assert pictures.shape == (2, 4 * ratio, 8 * ratio, 3)
    assert again.shape == latent[:1].shape
